#include "device/fritzbox/tr064/target.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter::fritzbox {
namespace {

/// Actions, in lower case, that answer with Wi-Fi keys, an export of the configuration (with every
/// password), or data that applications stored.
constexpr std::array<std::string_view, 3> kDenied = {"getsecuritykeys", "x_avm-de_getconfigfile",
                                                     "getpersistentdata"};

bool is_name_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// The dot between service and action, not one inside a placeholder such as `{radio.index}`.
std::size_t separating_dot(std::string_view text) {
  int braces = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++braces;
    if (text[at] == '}') --braces;
    if (text[at] == '.' && braces == 0) return at;
  }
  return std::string_view::npos;
}

/// Whether this can be the name of a service, perhaps with a placeholder such as {radio} in it.
bool is_service(std::string_view text) {
  int braces = 0;
  for (const char c : text) {
    if (c == '{' || c == '}') braces += c == '{' ? 1 : -1;
    const bool fits =
        is_name_letter(c) || c == ':' || c == '{' || c == '}' || (c == '.' && braces == 1);
    if (!fits || braces < 0 || braces > 1) return false;
  }
  return !text.empty() && braces == 0;
}

}  // namespace

std::string service_name(std::string_view text) {
  std::string name(text);
  std::erase(name, ':');
  // "WLANConfiguration{radio}" gets its number later.
  if (!name.empty() && (name.back() < '0' || name.back() > '9') && name.back() != '}' &&
      name != kWanConnection)
    name += '1';
  return name;
}

Target parse_target(std::string_view text) {
  const auto dot = separating_dot(text);
  const auto service = text.substr(0, dot);
  const auto action = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (!is_service(service) || !is_argument_name(action))
    throw Error(ErrorKind::config, "'" + std::string(text) +
                                       "' is not a service and an action (such as "
                                       "DeviceInfo1.GetInfo)");
  return {.service = service_name(service), .action = std::string(action)};
}

bool is_argument_name(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') && name[0] != '-' &&
         std::ranges::all_of(name, is_name_letter);
}

bool only_reads(std::string_view action) {
  return action.starts_with("Get") || action.find("_Get") != std::string_view::npos;
}

bool is_denied(std::string_view action) {
  return std::ranges::find(kDenied, lower(action)) != kDenied.end();
}

bool is_reading(std::string_view action) { return only_reads(action) && !is_denied(action); }

}  // namespace boxmeter::fritzbox
