#include "device/fritzbox/tr064/description.h"

#include <algorithm>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "device/fritzbox/xml.h"
#include "http/url.h"

namespace boxmeter::fritzbox {
namespace {

int number(const std::string& text) { return parse_integer<int>(text).value_or(0); }

/// Safe to send back to the box in a header and in an XML attribute, as names and types are.
bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '<' && c != '>';
  });
}

void add_services(const pugi::xml_node& list, std::vector<Service>& services) {
  for (const pugi::xml_node& node : list) {
    if (local_name(node) != "service") continue;  // comments stand between services
    const std::string id = text(child(node, "serviceId"));
    Service service{.name = id.substr(id.rfind(':') + 1),  // npos + 1 is 0: no colon, all of it
                    .type = text(child(node, "serviceType")),
                    .control_url = path_of(text(child(node, "controlURL"))),
                    .scpd_url = path_of(text(child(node, "SCPDURL")))};
    if (is_plain(service.name) && is_plain(service.type) && !service.control_url.empty())
      services.push_back(std::move(service));
  }
}

void add_device(const pugi::xml_node& device, std::vector<Service>& services) {
  add_services(child(device, "serviceList"), services);
  for (const pugi::xml_node& inner : child(device, "deviceList"))
    if (local_name(inner) == "device") add_device(inner, services);
}

}  // namespace

Description parse_description(std::string_view body) {
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node device = child(root, "device");
  if (!device)
    throw Error(ErrorKind::protocol,
                "the answer is XML but not a description: there is no 'device' in it");
  const pugi::xml_node version = child(root, "systemVersion");
  Description description{.model = text(child(device, "modelName")),
                          .version = {.minor = number(text(child(version, "Minor"))),
                                      .patch = number(text(child(version, "Patch"))),
                                      .display = text(child(version, "Display")),
                                      .hardware = text(child(version, "HW")),
                                      .build = text(child(version, "Buildnumber"))}};
  add_device(device, description.services);
  return description;
}

std::string path_of(std::string_view url) {
  std::string path(url);
  if (const auto parsed = http::parse_url(url); parsed && !parsed->scheme.empty())
    path = parsed->rest.empty() ? "/" : parsed->rest;
  path.resize(std::min(path.find('#'), path.size()));
  const bool fits = path.starts_with('/') &&
                    std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7F; });
  return fits ? path : "";
}

}  // namespace boxmeter::fritzbox
