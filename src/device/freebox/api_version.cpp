#include "device/freebox/api_version.h"

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "device/freebox/json.h"

namespace boxmeter::freebox {
namespace {

using enum ErrorKind;

/// 16 of "16.0".  (pyfbx takes the first character, which is wrong from version 10 on.)
unsigned major_of(const std::string& version) {
  const auto major = parse_integer<unsigned>(version.substr(0, version.find('.')));
  if (!major || *major == 0)
    throw Error(protocol, version.empty() ? "answer has no 'api_version'"
                                          : "api_version '" + one_line(version) +
                                                "' is not a version (expected: such as 16.0)");
  return *major;
}

std::string base_of(const std::string& text) {
  if (text.empty()) return "/api/";
  const bool odd = text.find_first_not_of(
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789/_-") != std::string::npos;
  if (!text.starts_with('/') || text.starts_with("//") || odd)
    throw Error(protocol,
                "api_base_url '" + one_line(text) + "' is not a path (expected: such as /api/)");
  return text.ends_with('/') ? text : text + "/";
}

/// The text if it can be a DNS name; else empty.
std::string domain_of(const std::string& text) {
  const bool fits = text.size() <= 253 && std::ranges::all_of(text, [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '.' || c == '-';
                    });
  return fits ? text : "";
}

unsigned port_of(std::string_view text) { return parse_integer<std::uint16_t>(text).value_or(0); }

}  // namespace

ApiVersion parse_api_version(int status, std::string_view body) {
  const Reply answer = parse_answer(status, body);
  if (status != 200) throw Error(protocol, "HTTP " + std::to_string(status));
  std::map<std::string, std::string> text;
  if (answer.is_object())
    for (const auto& [name, value] : answer.items())
      text[name] = value.is_string()    ? value.get<std::string>()
                   : value.is_boolean() ? (value.get<bool>() ? "1" : "0")
                                        : value.dump();
  return parse_announcement(text);
}

ApiVersion parse_announcement(const std::map<std::string, std::string>& text) {
  const auto at = [&](const char* name) {
    const auto found = text.find(name);
    return found == text.end() ? std::string() : found->second;
  };
  ApiVersion version{.version = at("api_version"),
                     .base = base_of(at("api_base_url")),
                     .domain = domain_of(at("api_domain")),
                     .https = at("https_available") == "1" || at("https_available") == "true",
                     .https_port = port_of(at("https_port")),
                     .uid = one_line(at("uid")),
                     .model = one_line(at("box_model")),
                     .device_name = one_line(at("device_name"))};
  version.major = major_of(version.version);
  return version;
}

std::string api_root(const ApiVersion& version, unsigned fixed) {
  if (fixed > version.major)
    throw Error(config, "api_version " + std::to_string(fixed) + " is newer than the box's " +
                            version.version + "; remove it, or take an older one");
  const unsigned major = fixed != 0 ? fixed : std::min(version.major, kNewestMajor);
  return version.base + "v" + std::to_string(major) + "/";
}

}  // namespace boxmeter::freebox
