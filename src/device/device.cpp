#include "device/device.h"

#include <tuple>

namespace boxmeter {
namespace {

auto opened_with(const DeviceConfig& device) {
  return std::tie(device.name, device.kind, device.url, device.username, device.credential,
                  device.own, device.tls, device.timeout, device.state_dir, device.learned,
                  device.reveal);
}

}  // namespace

bool opens_alike(const DeviceConfig& a, const DeviceConfig& b) {
  return opened_with(a) == opened_with(b);
}

}  // namespace boxmeter
