#include "device/fritzbox/finding.h"

#include <algorithm>

#include "base/number.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/box.h"

namespace boxmeter::fritzbox {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 2500ms;  // of one request to an address where there may be nobody

/// Where a box answers that was not moved: by name, at its address after a reset, and at the one
/// that every box of this make has, whatever its own.
constexpr const char* kUsual[] = {"http://fritz.box:49000", "http://192.168.178.1:49000",
                                  "http://169.254.1.1:49000"};

DeviceConfig at(std::string url) {
  const bool secure = url.starts_with("https://");
  DeviceConfig device{.name = "box", .kind = "fritzbox", .url = std::move(url)};
  // The certificate is not checked, as nothing secret is sent; setup pins the key before it logs
  // in.
  if (secure) device.tls = {.mode = http::TlsMode::insecure};
  device.timeout = kPatience;
  device.one_shot = true;
  return device;
}

/// Where the box says that TR-064 is over TLS, if it is there.
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
  open.timeout = std::max<std::chrono::milliseconds>(kPatience, device.timeout);
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
