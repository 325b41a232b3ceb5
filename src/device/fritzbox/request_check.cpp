#include "device/fritzbox/request_check.h"

#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "device/fritzbox/tr064/target.h"
#include "device/fritzbox/web/web.h"

namespace boxmeter::fritzbox {
namespace {

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

void check(const Request& request) {
  if (is_web(request.verb)) return check_web(request);
  if (request.verb == "callmonitor") return check_call_monitor(request);
  check_verb(request.verb);
  check_reading(request.verb, request.target);
  check_arguments(request);
  if (request.repeat) check_repeat(request);
}

std::string service_of(const Request& request) {
  if (request.verb == "callmonitor") return "call monitor";
  if (request.verb == "lua") return "web pages";
  if (request.verb == "rest") return "smart home (REST)";
  if (is_web(request.verb)) return "smart home (AHA)";
  // Without the number: WLANConfiguration1 to 3 are one part of the box; a placeholder may stand
  // for it.
  const auto end = std::min(request.target.find_first_of(".{"), request.target.size());
  const std::string service = request.target.substr(0, end);
  return "TR-064 " + service.substr(0, service.find_last_not_of("0123456789") + 1);
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
