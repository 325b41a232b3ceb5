#include "device/fritzbox/finding.h"

#include <algorithm>

#include "base/number.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/box.h"

namespace boxmeter::fritzbox {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeout = 2500ms;  // of one request to an address where there may be no box

/// Where a box answers by default: its name, its factory address, and the emergency address that
/// every box has besides.
constexpr const char* kUsual[] = {"http://fritz.box:49000", "http://192.168.178.1:49000",
                                  "http://169.254.1.1:49000"};

DeviceConfig at(std::string url) {
  const bool secure = url.starts_with("https://");
  DeviceConfig device{.name = "box", .kind = "fritzbox", .url = std::move(url)};
  // Nothing secret is sent here, so the certificate is not checked; setup pins it before logging
  // in.
  if (secure) device.tls = {.mode = http::TlsMode::insecure};
  device.timeout = kTimeout;
  device.one_shot = true;
  return device;
}

/// The https URL of the same box, at the port that it names; empty if it cannot be used.
std::string secure_url(Box& box, const std::string& url, http::Stop& stop) {
  if (!url.starts_with("http://")) return "";
  try {
    const Reply reply = box.call({.verb = "tr064", .target = "DeviceInfo1.GetSecurityPort"});
    const auto port = reply.find("NewSecurityPort");
    if (port == reply.end()) return "";
    const std::string text = port->is_string() ? port->get<std::string>() : port->dump();
    if (parse_integer<std::uint16_t>(text).value_or(0) == 0) return "";
    std::string secure = "https://" + host_of(url) + ":" + text;
    Box same(at(secure), stop);
    return *same.catalog() == *box.catalog() ? secure : "";
  } catch (const Error&) {
    return "";  // TLS cannot be used: the http URL is kept
  }
}

}  // namespace

FoundBox look(const DeviceConfig& device, http::Stop& stop) {
  DeviceConfig open = at(device.url);
  open.timeout = std::max<std::chrono::milliseconds>(kTimeout, device.timeout);
  Box box(open, stop);
  const CatalogPtr catalog = box.catalog();
  const std::string& version = catalog->version().display;
  return {.url = device.url,
          .what = catalog->model() + (version.empty() ? "" : " " + version),
          .secure_url = secure_url(box, device.url, stop)};
}

std::vector<FoundBox> find(std::chrono::milliseconds wait, http::Stop& stop) {
  std::vector<FoundBox> boxes;
  const auto add = [&](const std::string& url) {
    try {
      boxes.push_back(look(at(url), stop));
    } catch (const Error&) {
      // No answer, or not a Fritz!Box.
    }
  };
  for (const std::string& url : ssdp_answers(wait, stop)) add(url);
  for (const char* const url : kUsual)
    if (boxes.empty() && !stop.stopped()) add(url);
  return boxes;
}

}  // namespace boxmeter::fritzbox
