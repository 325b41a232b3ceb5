#include "sim/fritzbox_web.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "sim/aha.h"
#include "sim/json.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

using http::ServerResponse;
using Json = nlohmann::ordered_json;

constexpr std::string_view kXml = "text/xml; charset=utf-8";
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kRest = "/api/v0/";
constexpr const char* kDeviceList = "getdevicelistinfos";
constexpr const char* kLoginPage =
    "<!DOCTYPE html>\n<html><head><title>FRITZ!Box</title></head><body>Anmelden</body></html>\n";

ServerResponse html(int status, const std::string& text) {
  return ServerResponse::text(status, text, "text/html; charset=utf-8");
}

ServerResponse not_found() { return html(404, error_page(404, "Not Found", "ERR_NOT_FOUND")); }

/// "aha/getbasicdevicestats.ain=116570240192.xml" is "getbasicdevicestats.ain=116570240192".
std::optional<std::string> stem(const std::string& path, std::string_view folder) {
  if (!path.starts_with(folder)) return std::nullopt;
  return path.substr(folder.size(), path.rfind('.') - folder.size());
}

Json parsed(const std::string& path, const std::string& text) {
  Json json = parsed_json(text);
  if (!json.is_object()) throw Error(ErrorKind::config, "'" + path + "' is no JSON object");
  return json;
}

/// The answer of firmware that does not have the page, in the way that overrule() chose; nullopt if
/// it is not overruled.
std::optional<ServerResponse> taken_away(const std::string& how) {
  if (how.empty()) return std::nullopt;
  if (how == "html") return html(200, kLoginPage);
  if (how == "empty") return ServerResponse::text(200, "", std::string(kJsonType));
  if (how == "other")
    return ServerResponse::text(200, R"({"pid":"overview","hide":{},"time":[],"data":{}})",
                                std::string(kJsonType));
  const int status = parse_integer<int>(how).value_or(500);
  ServerResponse response = html(status, error_page(status, "Error", "ERR_NONE"));
  if (status >= 300 && status < 400) response.headers.emplace_back("Location", "/");
  return response;
}

std::string header_sid(const http::ServerRequest& request) {
  const std::string header = request.header("authorization");
  constexpr std::string_view kScheme = "AVM-SID ";
  return header.starts_with(kScheme) ? header.substr(kScheme.size()) : "";
}

}  // namespace

WebScript read_web(const Recording& recording) {
  WebScript script;
  for (const auto& [path, text] : recording.files) {
    if (const auto command = stem(path, "aha/"))
      script.aha.emplace(*command, MovingText::of_soap(text, {}));
    if (const auto page = stem(path, "data/")) script.pages[*page] = parsed(path, text).dump();
    if (const auto rest = stem(path, "rest/"))
      script.rest[*rest] = std::make_shared<const std::string>(text);
    if (path != "query.json") continue;
    const Json variables = parsed(path, text);
    for (const auto& [variable, value] : variables.items())
      script.variables[variable] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return script;
}

FritzboxWeb::FritzboxWeb(const WebScript& script, const BoxOptions& options, Stats& stats)
    : script_(script), options_(options), login_(options, stats) {}

std::optional<ServerResponse> FritzboxWeb::answer(const Visit& visit, const Overruled& overruled) {
  const http::ServerRequest& request = visit.request;
  if (request.path == "/login_sid.lua")
    return ServerResponse::text(
        200, login_.answer(request, visit.refuse_logins, std::chrono::steady_clock::now()),
        std::string(kXml));
  if (request.path == "/webservices/homeautoswitch.lua") return aha(visit, overruled);
  if (request.path == "/data.lua") return page(request, overruled);
  if (request.path == "/query.lua") return query(request);
  if (request.path.starts_with(kRest)) return rest(request, overruled);
  return std::nullopt;
}

ServerResponse FritzboxWeb::aha(const Visit& visit, const Overruled& overruled) {
  const http::ServerRequest& request = visit.request;
  if (!login_.use(request.parameter("sid")) || !may("HomeAuto"))
    return html(403, error_page(403, "Forbidden", "ERR_FORBIDDEN"));
  const std::string command = request.parameter("switchcmd");
  if (auto instead = taken_away(overruled("aha:" + command))) return *std::move(instead);
  std::string ain = request.parameter("ain");
  std::erase(ain, ' ');
  const std::string list = device_list(visit.moment);
  if (command == kDeviceList && !list.empty())
    return ServerResponse::text(200, list, std::string(kXml));
  for (const std::string& name : {std::string(command).append(".ain=").append(ain), command})
    if (const auto found = script_.aha.find(name); found != script_.aha.end()) {
      std::string text = *found->second.at(visit.moment);
      const bool is_xml = trim(text).starts_with('<');
      return ServerResponse::text(200, std::move(text), std::string(is_xml ? kXml : kText));
    }
  if (auto changed = changed_list(list, command, ain, request.parameter("param"))) {
    changed_.with([&](std::string& now) { now = *std::move(changed); });
    const auto state =
        answer_from_list(device_list(visit.moment),
                         command == "sethkrtsoll" ? "gethkrtsoll" : "getswitchstate", ain);
    return ServerResponse::text(200, state.value_or(""), std::string(kText));
  }
  if (auto derived = answer_from_list(list, command, ain)) {
    const bool is_xml = derived->starts_with('<');
    return ServerResponse::text(200, *std::move(derived), std::string(is_xml ? kXml : kText));
  }
  return html(400, error_page(400, "Bad Request", "ERR_NONE"));
}

std::string FritzboxWeb::device_list(const Moment& moment) const {
  std::string list = changed_.with([](const std::string& changed) { return changed; });
  const auto recorded = script_.aha.find(kDeviceList);
  if (list.empty() && recorded != script_.aha.end()) list = *recorded->second.at(moment);
  return list;
}

ServerResponse FritzboxWeb::page(const http::ServerRequest& request, const Overruled& overruled) {
  const std::string sid = form_parameter(request.body, "sid");
  const std::string name = form_parameter(request.body, "page");
  if (!login_.use(sid) || !may("BoxAdmin")) return html(200, kLoginPage);
  if (auto instead = taken_away(overruled("lua:" + name))) return *std::move(instead);
  const auto found = script_.pages.find(name);
  if (found == script_.pages.end()) return *taken_away("other");
  // Real boxes add the session id to every page.
  std::string text = found->second;
  text.insert(text.rfind('}'), R"(,"sid":")" + sid + "\"");
  return ServerResponse::text(200, std::move(text), std::string(kJsonType));
}

ServerResponse FritzboxWeb::query(const http::ServerRequest& request) {
  if (!login_.use(request.parameter("sid")) || !may("BoxAdmin"))
    return html(403, error_page(403, "Forbidden", "ERR_FORBIDDEN"));
  Json values = Json::object();
  for (const auto& [name, variable] : request.query) {
    if (name == "sid") continue;
    const auto found = script_.variables.find(variable);
    values[name] = found == script_.variables.end() ? "" : found->second;
  }
  return ServerResponse::text(200, values.dump(), std::string(kJsonType));
}

ServerResponse FritzboxWeb::rest(const http::ServerRequest& request, const Overruled& overruled) {
  const std::string path = request.path.substr(kRest.size());
  if (script_.rest.empty()) return not_found();  // the firmware is too old for it
  if (!login_.use(header_sid(request)) || !may("HomeAuto"))
    return ServerResponse::text(403, R"({"errors":[{"code":3001,"message":"[FORBIDDEN]"}]})",
                                std::string(kJsonType));
  if (auto instead = taken_away(overruled("rest:" + path))) return *std::move(instead);
  const auto found = script_.rest.find(path);
  if (found == script_.rest.end())
    return ServerResponse::text(
        404, R"({"errors":[{"code":2001,"field":"UID","message":"[UID_NOT_FOUND] no such unit"}]})",
        std::string(kJsonType));
  return {.status = 200, .content_type = std::string(kJsonType), .body = {found->second}};
}

bool FritzboxWeb::may(std::string_view right) const {
  return std::ranges::find(options_.rights, right) != options_.rights.end();
}

}  // namespace boxmeter::sim
