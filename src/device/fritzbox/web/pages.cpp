#include "device/fritzbox/web/pages.h"

#include <algorithm>

#include "base/text.h"
#include "device/answered_by.h"
#include "device/fritzbox/xml.h"
#include "device/json.h"

namespace boxmeter::fritzbox {
namespace {

/// Beginnings of the variables of query.lua that may be read: temperatures and load, the volume
/// counter, the list of hosts.
constexpr std::string_view kVariables[] = {"cpu:status/", "inetstat:status/",
                                           "landevice:settings/landevice/list("};

Error no_page(std::string_view page, const std::string& instead) {
  return {ErrorKind::refused,
          "this firmware has no page '" + std::string(page) + "' (" + instead + ")",
          Refusal::unsupported};
}

bool is_empty_text(const Reply& value) {
  const auto* const text = value.get_ptr<const std::string*>();
  return text != nullptr && text->empty();
}

/// Instead of a value query.lua answers "er" if reading it failed, and nothing or "no-emu" for a
/// variable that the firmware does not have.
bool is_failed(const Reply& variable) { return variable == "er"; }
bool is_absent(const Reply& variable) {
  return variable.is_null() || is_empty_text(variable) || variable == "no-emu";
}

std::string text_member(const Reply& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// "error 2001: [UID_NOT_FOUND] ..." of {"errors": [{"code": 2001, "message": ...}]}.
std::string errors_in(const Reply& reply) {
  if (!reply.is_object() || !reply.contains("errors")) return "";
  const Reply& errors = reply["errors"];
  if (!errors.is_array() || errors.empty() || !errors[0].is_object()) return "";
  const Reply code = errors[0].value("code", Reply());
  return (code.is_number_integer() ? "error " + code.dump() + ": " : "") +
         text_member(errors[0], "message").substr(0, 200);
}

bool has_errors(const Reply& reply) {
  return reply.is_object() && reply.contains("errors") && reply["errors"].is_array() &&
         !reply["errors"].empty();
}

std::string or_nameless(const std::string& error) {
  return error.empty() ? "an error without a name" : error;
}

}  // namespace

const std::vector<std::string>& lua_pages() {
  // Without pages that show keys (wKey, wSet) and pages that have an effect when they are read.
  static const std::vector<std::string> kPages = {
      "chan",     "dectMon",    "docInfo",    "docOv",    "dslOv", "dslStat",       "ecoStat",
      "energy",   "fiberFiber", "fiberStats", "homeNet",  "log",   "netCnt",        "netDev",
      "overview", "query",      "sh_dev",     "shareVpn", "usbOv", "shareWireguard"};
  return kPages;
}

bool is_open_variable(std::string_view variable) {
  return std::ranges::any_of(kVariables, [variable](std::string_view start) {
    return variable.size() > start.size() && variable.starts_with(start);
  });
}

Reply parse_page(std::string_view page, std::string_view body) {
  if (trim(body).empty()) throw no_page(page, "the answer is empty");
  if (is_html(body)) throw no_page(page, "the answer is HTML");
  Reply reply = parse_json(body);
  const std::string answered = text_member(reply, "pid");
  if (!answered.empty() && answered != page)
    throw no_page(page, "the answer is page '" + answered + "'");
  if (!reply.is_object() || !reply.contains("data") || reply["data"].empty() ||
      is_empty_text(reply["data"]))
    throw no_page(page, "the answer has no data");
  if (has_errors(reply["data"]))
    throw Error(ErrorKind::refused, "the page has " + or_nameless(errors_in(reply["data"])));
  return std::move(reply["data"]);
}

Reply parse_variables(std::string_view body) {
  if (trim(body).empty() || is_html(body))
    throw Error(ErrorKind::refused, "this firmware has no query.lua", Refusal::unsupported);
  Reply reply = parse_json(body);
  if (!reply.is_object()) throw Error(ErrorKind::protocol, "the answer of query.lua is no object");
  std::vector<std::string> failed;
  for (auto variable = reply.begin(); variable != reply.end();) {
    if (is_failed(*variable)) failed.push_back(variable.key());
    const bool is_value = !is_failed(*variable) && !is_absent(*variable);
    variable = is_value ? std::next(variable) : reply.erase(variable);
  }
  if (reply.empty() && !failed.empty())
    throw Error(ErrorKind::refused, "the box failed to read " + joined(failed) + " (\"er\")");
  if (reply.empty())
    throw Error(ErrorKind::refused, "this firmware has none of these variables",
                Refusal::unsupported);
  return reply;
}

std::string rest_path(std::string_view target) {
  if (target.starts_with('/')) target.remove_prefix(1);
  constexpr std::string_view kBase = "api/v0/";
  if (target.starts_with(kBase)) target.remove_prefix(kBase.size());
  return std::string(target);
}

Reply parse_rest(int status, std::string_view body) {
  if (status == 200 && !is_html(body)) {
    Reply reply = parse_json(body);
    // Some errors are answered with status 200.
    if (has_errors(reply))
      throw Error(ErrorKind::refused, "HTTP 200, but " + or_nameless(errors_in(reply)));
    return reply;
  }
  const bool is_missing = status == 404 || status == 200 || (status >= 300 && status < 400);
  if (is_html(body) || !trim(body).starts_with('{')) {
    if (is_missing)
      throw Error(ErrorKind::refused,
                  "this firmware has no Smart Home REST interface (FRITZ!OS 8.20 and later have)",
                  Refusal::unsupported);
    throw Error(ErrorKind::protocol, "HTTP " + std::to_string(status) + " instead of an answer");
  }
  const std::string text = errors_in(parse_json(body));
  throw Error(ErrorKind::refused,
              "HTTP " + std::to_string(status) + (text.empty() ? "" : " (" + text + ")"),
              is_missing ? Refusal::unsupported : Refusal::none);
}

}  // namespace boxmeter::fritzbox
