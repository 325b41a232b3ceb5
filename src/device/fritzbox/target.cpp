#include "device/fritzbox/target.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "device/fritzbox/web/web.h"

namespace boxmeter::fritzbox {
namespace {

/// Answers of these are secrets, whatever firmware: Wi-Fi keys, an export of the configuration
/// (with every password), what applications stored on the box.
constexpr std::array<std::string_view, 3> kDenied = {"getsecuritykeys", "x_avm-de_getconfigfile",
                                                     "getpersistentdata"};

bool is_denied(std::string_view action) {
  return std::ranges::find(kDenied, lower(action)) != kDenied.end();
}

bool is_name_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// The dot between service and action; `{radio.index}` has one of its own.
std::size_t separating_dot(std::string_view text) {
  int braces = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++braces;
    if (text[at] == '}') --braces;
    if (text[at] == '.' && braces == 0) return at;
  }
  return std::string_view::npos;
}

/// Names as boxes have them; a service may still hold placeholders such as {radio}.
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

void check_verb(const std::string& verb) {
  if (verb == "tr064" || verb == "list") return;
  const std::vector<std::string> known = words(kVerbs);
  const std::string hint = did_you_mean(verb, known);
  throw Error(ErrorKind::config, "unknown request '" + verb + "' for a fritzbox" +
                                     (hint.empty() ? " (known: " + joined(known) + ")" : hint));
}

void check_reading(std::string_view verb, std::string_view target) {
  const Target parsed = parse_target(target);
  const std::string shown = "'" + std::string(verb) + ": " + std::string(target) + "'";
  if (is_denied(parsed.action))
    throw Error(ErrorKind::config,
                shown +
                    " is not allowed: the answer would be keys, the configuration or stored "
                    "application data of the box");
  if (!is_reading(parsed.action))
    throw Error(ErrorKind::config,
                shown + " does not only read: a pack may call actions named Get... or ..._Get...");
}

void check_call_monitor(const Request& request) {
  if (request.target != "calls" || !request.args.empty() || request.repeat)
    throw Error(ErrorKind::config,
                "'callmonitor: " + request.target + "' is not 'callmonitor: calls'");
}

void check_arguments(const Request& request) {
  for (const auto& [name, value] : request.args)
    if (!is_argument_name(name))
      throw Error(ErrorKind::config,
                  "'" + name + "' is not the name of an argument (such as NewIndex)");
}

void check_repeat(const Request& request) {
  const Request::Repeat& repeat = *request.repeat;
  if (request.verb != "tr064")
    throw Error(ErrorKind::config, "'repeat' needs a 'tr064' request, not '" + request.verb + "'");
  if (!is_argument_name(repeat.index))
    throw Error(ErrorKind::config, "repeat: index '" + repeat.index +
                                       "' is not the name of an argument (such as NewIndex)");
  if (repeat.count.empty()) return;
  const auto slash = repeat.count.find('/');
  if (slash == std::string::npos || !is_argument_name(repeat.count.substr(slash + 1)))
    throw Error(ErrorKind::config,
                "repeat: count '" + repeat.count + "' must look like Service.Action/NewCount");
  check_reading("count", std::string_view(repeat.count).substr(0, slash));
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

bool is_reading(std::string_view action) { return only_reads(action) && !is_denied(action); }

void check(const Request& request) {
  if (is_web(request.verb)) return check_web(request);
  if (request.verb == "callmonitor") return check_call_monitor(request);
  check_verb(request.verb);
  check_reading(request.verb, request.target);
  check_arguments(request);
  if (request.repeat) check_repeat(request);
}

std::string change(const Request& request) {
  if (is_web(request.verb)) return change_web(request);
  if (request.verb != "tr064") return "";
  const Target target = parse_target(request.target);
  if (only_reads(target.action)) return "";
  check_arguments(request);
  return target.service + "." + target.action;
}

}  // namespace boxmeter::fritzbox
