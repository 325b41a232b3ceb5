#include <algorithm>

#include "base/text.h"
#include "device/fritzbox/finding.h"
#include "device/multicast.h"
#include "http/url.h"

namespace boxmeter::fritzbox {
namespace {

constexpr Multicast kSsdp{.group = "239.255.255.250", .port = 1900};
/// Searches for the root device of TR-064 (AVM, "TR-064 First Steps"): repeaters of AVM have it
/// too, boxes of other makes do not.
constexpr std::string_view kSearch =
    "M-SEARCH * HTTP/1.1\r\n"
    "HOST: 239.255.255.250:1900\r\n"
    "MAN: \"ssdp:discover\"\r\n"
    "MX: 1\r\n"
    "ST: urn:dslforum-org:device:InternetGatewayDevice:1\r\n\r\n";

}  // namespace

std::string ssdp_location(std::string_view datagram, std::string_view sender) {
  const std::vector<std::string_view> lines = split(datagram, '\n');
  if (!trim(lines.front()).starts_with("HTTP/1.1 200")) return "";
  for (const std::string_view line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos ||
        !equal_ignoring_case(trim(line.substr(0, colon)), "location"))
      continue;
    const auto url = http::parse_url(trim(line.substr(colon + 1)));
    if (!url || url->scheme != "http" || url->host != sender) return "";
    return url->origin();
  }
  return "";
}

std::vector<std::string> ssdp_answers(std::chrono::milliseconds wait, const http::Stop& stop) {
  std::vector<std::string> found, questions = {std::string(kSearch)};
  kSsdp.ask(questions, wait, stop, [&](std::string_view datagram, std::string_view sender) {
    std::string location = ssdp_location(datagram, sender);
    if (!location.empty() && std::ranges::find(found, location) == found.end())
      found.push_back(std::move(location));
  });
  return found;
}

}  // namespace boxmeter::fritzbox
