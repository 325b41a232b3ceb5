#include "device/fritzbox/web/web.h"

#include <algorithm>

#include "base/text.h"
#include "device/answered_by.h"
#include "device/fritzbox/web/aha.h"
#include "device/fritzbox/web/pages.h"
#include "device/fritzbox/xml.h"
#include "http/encode.h"

namespace boxmeter::fritzbox {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Error no_request(const Request& request, const std::string& why) {
  return {ErrorKind::config, "'" + request.verb + ": " + request.target + "' " + why};
}

void check_parameters(const Request& request) {
  for (const auto& [name, value] : request.args)
    if (!is_word(name))
      throw Error(ErrorKind::config, "'" + name + "' is not the name of a parameter (such as ain)");
}

void check_aha(const Request& request) {
  if (!is_word(request.target))
    throw no_request(request, "names no command (such as getdevicelistinfos)");
  if (!is_reading_command(request.target))
    throw no_request(request, "does not only read: a pack may use the commands named get...");
}

void check_lua(const Request& request) {
  if (std::ranges::find(lua_pages(), request.target) == lua_pages().end())
    throw no_request(request, "is not allowed" + did_you_mean(request.target, lua_pages()) +
                                  " (pages: " + joined(lua_pages()) + ")");
  if (request.target != "query") return;
  if (request.args.empty())
    throw no_request(request, "needs args (such as {temperature: cpu:status/StatTemperature})");
  for (const auto& [name, variable] : request.args)
    if (!is_open_variable(variable))
      throw no_request(request, "may not read '" + variable +
                                    "' (it may read cpu:status/..., inetstat:status/... and "
                                    "landevice:settings/landevice/list(...))");
}

void check_rest(const Request& request) {
  const std::string path = rest_path(request.target);
  const bool is_known = path.starts_with("smarthome/") || path == "generic/connections" ||
                        path.starts_with("monitor/segment/");
  const bool fits = is_known && path.find_first_of("?#% \t\"<>\\") == std::string::npos &&
                    path.find("..") == std::string::npos;
  if (!fits)
    throw no_request(request,
                     "is not a path such as smarthome/overview (it may read smarthome/..., "
                     "generic/connections and monitor/segment/...)");
}

/// Percent-encoded, except the slashes: ids of devices contain blanks.
std::string encoded_path(const std::string& path) {
  std::string encoded;
  for (const std::string_view step : split(path, '/')) encoded += "/" + http::percent_encoded(step);
  return encoded;
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

/// The blank of an AIN, "11657 0240192" as printed on a device, is not sent.
http::Response ask_aha(WebSession& session, const Request& request, Clock::time_point now) {
  WebRequest sent{.path = "/webservices/homeautoswitch.lua",
                  .parameters = {{"switchcmd", request.target}},
                  .right = "HomeAuto",
                  .reading = is_reading_command(request.target),
                  .body_limit = request.body_limit};
  for (const auto& [name, value] : request.args)
    sent.parameters.emplace_back(name, name == "ain" ? without_blanks(value) : value);
  http::Response response = session.ask(sent, now);
  if (response.status == 400)
    throw Error(ErrorKind::refused,
                "the box does not know the command, its device (ain) or its arguments (HTTP 400)",
                Refusal::unsupported);
  const bool is_page = is_html(response.body) || (response.status >= 300 && response.status < 400);
  if (response.status == 404 || (is_page && response.status < 400))
    throw Error(ErrorKind::refused, "this box has no smart home interface (AHA-HTTP)",
                Refusal::unsupported);
  if (response.status != 200)
    throw Error(response.status == 500 ? ErrorKind::refused : ErrorKind::protocol,
                "the box failed to answer (HTTP " + std::to_string(response.status) + ")");
  return response;
}

Reply ask_lua(WebSession& session, const Request& request, Clock::time_point now) {
  const bool is_query = request.target == "query";
  WebRequest sent{.path = is_query ? "/query.lua" : "/data.lua",
                  .carry = is_query ? WebRequest::Carry::query : WebRequest::Carry::form,
                  .right = "BoxAdmin",
                  .hides_behind_404 = true,
                  .body_limit = request.body_limit};
  if (!is_query) sent.parameters = {{"page", request.target}, {"xhr", "1"}, {"xhrId", "all"}};
  for (const auto& [name, value] : request.args) sent.parameters.emplace_back(name, value);
  const http::Response response = session.ask(sent, now);
  const bool is_gone = response.status == 404 || (response.status >= 300 && response.status < 400);
  if (is_gone)
    throw Error(ErrorKind::refused,
                "this firmware has no page '" + request.target + "' (HTTP " +
                    std::to_string(response.status) + ")",
                Refusal::unsupported);
  if (response.status != 200)
    throw Error(ErrorKind::protocol,
                "HTTP " + std::to_string(response.status) + " instead of an answer");
  return is_query ? parse_variables(response.body) : parse_page(request.target, response.body);
}

Reply ask_rest(WebSession& session, const Request& request, Clock::time_point now) {
  WebRequest sent{.path = "/api/v0" + encoded_path(rest_path(request.target)),
                  .carry = WebRequest::Carry::header,
                  .right = "HomeAuto",
                  .body_limit = request.body_limit};
  sent.parameters.assign(request.args.begin(), request.args.end());
  const http::Response response = session.ask(sent, now);
  return parse_rest(response.status, response.body);
}

}  // namespace

bool is_web(std::string_view verb) {
  return verb == "aha" || verb == "http" || verb == "lua" || verb == "rest";
}

void check_web(const Request& request) {
  if (request.repeat)
    throw Error(ErrorKind::config, "'repeat' needs a 'tr064' request, not '" + request.verb + "'");
  check_parameters(request);
  if (request.verb == "lua") return check_lua(request);
  if (request.verb == "rest") return check_rest(request);
  check_aha(request);
}

std::string change_web(const Request& request) {
  const bool is_aha = request.verb == "aha" || request.verb == "http";
  if (!is_aha || !is_word(request.target) || is_reading_command(request.target)) return "";
  check_parameters(request);
  return request.verb + ":" + request.target;
}

Reply ask_web(WebSession& session, const Request& request, Clock::time_point now) {
  if (request.verb == "lua") return ask_lua(session, request, now);
  if (request.verb == "rest") return ask_rest(session, request, now);
  const http::Response response = ask_aha(session, request, now);
  return request.verb == "http" ? aha_as_sent(response.header("content-type"), response.body)
                                : parse_aha(response.body);
}

}  // namespace boxmeter::fritzbox
