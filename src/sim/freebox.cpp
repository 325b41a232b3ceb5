#include "sim/freebox.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "sim/freebox_writes.h"
#include "sim/hash.h"
#include "sim/json.h"
#include "sim/registrations.h"
#include "sim/sessions.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

using http::ServerResponse;
using Json = nlohmann::ordered_json;

constexpr std::string_view kApi = "/api/";

/// The permissions of an application right after its registration, as on a real box.
constexpr std::pair<std::string_view, bool> kPermissions[] = {
    {"settings", false},  {"contacts", true}, {"calls", true},   {"explorer", true},
    {"downloader", true}, {"parental", true}, {"pvr", true},     {"profile", false},
    {"tv", true},         {"wdo", true},      {"camera", false}, {"player", true},
    {"home", false},      {"vm", false},
};

/// A recording of a Freebox, parsed.  Immutable: any thread.
struct FreeboxScript {
  http::Chunk api_version = {};
  std::string uid = {};
  unsigned major = 0;
  std::unordered_map<std::string, MovingText> replies = {};  // by path, slashes as underscores
};

/// "16.0" for "ultra-16.0"; "8.0" if the name has no version.
std::string version_in(const std::string& name) {
  std::string version = name.substr(std::min(name.rfind('-') + 1, name.size()));
  if (version.empty() || version.find_first_not_of("0123456789.") != std::string::npos)
    return "8.0";
  return version.find('.') == std::string::npos ? version + ".0" : version;
}

Json made_up_api_version(const Recording& recording) {
  return {{"box_model_name", "Freebox"},
          {"api_base_url", kApi},
          {"device_name", "Freebox Server"},
          {"https_available", false},
          {"uid", letters(mixed(0, recording.name), 32, "0123456789abcdef")},
          {"api_version", version_in(recording.name)},
          {"device_type", "FreeboxServer1,1"}};
}

FreeboxScript read_freebox(const Recording& recording) {
  const std::string* recorded = recording.find("api_version.json");
  const Json version = recorded ? parsed_json(*recorded) : made_up_api_version(recording);
  const auto text = [&](const char* member) {
    return version.is_object() && version.contains(member) && version[member].is_string()
               ? version[member].get<std::string>()
               : std::string();
  };
  FreeboxScript script{.uid = text("uid")};
  const std::string number = text("api_version");
  const auto major = parse_integer<decltype(script.major)>(number.substr(0, number.find('.')));
  if (!major)
    throw Error(ErrorKind::config,
                "'" + (recording.folder / "api_version.json").string() + "' holds no api_version");
  script.major = *major;
  script.api_version = std::make_shared<const std::string>(recorded ? *recorded : version.dump(1));
  constexpr std::string_view kFolder = "get/", kEnd = ".json";
  for (const auto& [path, reply] : recording.files)
    if (path.starts_with(kFolder) && path.ends_with(kEnd))
      script.replies.emplace(
          path.substr(kFolder.size(), path.size() - kFolder.size() - kEnd.size()),
          MovingText::of_json(reply));
  return script;
}

/// "connection/xdsl" for "/api/v8/connection/xdsl/"; nullopt for a path or version that is not
/// served.
std::optional<std::string> api_path(std::string_view path, unsigned major) {
  if (!path.starts_with(kApi)) return std::nullopt;
  path.remove_prefix(kApi.size());
  const auto slash = std::min(path.find('/'), path.size());
  const std::string_view version = path.substr(0, slash);
  unsigned asked = 0;
  if (version != "latest") {
    if (!version.starts_with('v')) return std::nullopt;
    asked = parse_integer<unsigned>(version.substr(1)).value_or(0);
    if (asked < 1 || asked > major) return std::nullopt;
  }
  path.remove_prefix(std::min(slash + 1, path.size()));
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

class Freebox : public Box {
 public:
  Freebox(std::shared_ptr<const FreeboxScript> script, const BoxOptions& options)
      : script_(std::move(script)),
        sessions_(options.app_id, options.app_token, options.session_uses, options.seed),
        registrations_(options.seed),
        permit_(options.permit) {}

  ServerResponse answer(const Visit& visit) override;
  void expire() override { sessions_.expire(); }
  void press(const std::string& answer) override { registrations_.press(answer); }

 private:
  ServerResponse login(const Visit& visit, const std::string& path);
  ServerResponse authorize(const Visit& visit);
  ServerResponse track(const std::string& path);
  ServerResponse open_session(const Visit& visit);
  ServerResponse reply(const Visit& visit, const std::string& path);
  ServerResponse history(const Visit& visit);
  ServerResponse write(const Visit& visit, const std::string& path);
  ServerResponse removed(const std::string& path);
  ServerResponse outcome(const std::string& path, Written written);
  Json current(const std::string& path) const;
  Json permissions() const;
  bool permitted(std::string_view permission) const;
  bool in_session(const Visit& visit);
  ServerResponse denied(const char* code, const char* message);
  ServerResponse failure(int status, std::string_view code, const char* message, Json result = {},
                         const Json& more = Json::object()) const;

  std::shared_ptr<const FreeboxScript> script_;
  Sessions sessions_;
  Registrations registrations_;
  std::vector<std::string> permit_;
  std::atomic<bool> any_written_ = false;
  Guarded<std::map<std::string, Json>> written_;  // by path: results that were changed
};

ServerResponse success(const Json& result) {
  return ServerResponse::text(200, Json{{"success", true}, {"result", result}}.dump(),
                              std::string(kJsonType));
}

bool Freebox::permitted(std::string_view permission) const {
  if (std::ranges::find(permit_, permission) != permit_.end()) return true;
  return std::ranges::any_of(kPermissions,
                             [&](const auto& p) { return p.first == permission && p.second; });
}

Json Freebox::permissions() const {
  Json granted;
  for (const auto& [permission, given] : kPermissions)
    granted[std::string(permission)] = permitted(permission);
  return granted;
}

/// The text of a member of the body; "" if there is none.
std::string text_in(const std::string& body, const char* member) {
  const Json json = parsed_json(body);
  return json.is_object() && json.contains(member) && json[member].is_string()
             ? json[member].get<std::string>()
             : std::string();
}

ServerResponse Freebox::answer(const Visit& visit) {
  const http::ServerRequest& request = visit.request;
  if (request.path == "/api_version")
    return {.status = 200, .content_type = std::string(kJsonType), .body = {script_->api_version}};
  const auto path = api_path(request.path, script_->major);
  if (!path) {
    if (request.path.starts_with(kApi)) return failure(404, "invalid_request", "Requête invalide");
    return ServerResponse::text(404, error_page(404, "Not Found", "ERR_NOT_FOUND"), "text/html");
  }
  if (*path == "login" || path->starts_with("login/")) return login(visit, *path);
  if (!in_session(visit))
    return denied("auth_required", "Vous devez vous connecter pour accéder à cette fonction");
  return reply(visit, *path);
}

ServerResponse Freebox::login(const Visit& visit, const std::string& path) {
  const http::ServerRequest& request = visit.request;
  const bool post = request.method == "POST";
  if (const std::string error = overruled(path); !error.empty())
    return denied(error.c_str(), "Erreur d'authentification de l'application");
  if (path == "login" && !post)
    return success({{"logged_in", in_session(visit)}, {"challenge", sessions_.challenge()}});
  if (path == "login/session" && post) return open_session(visit);
  if (path == "login/logout" && post) {
    sessions_.close(request.header("x-fbx-app-auth"));
    return ServerResponse::text(200, R"({"success":true})", std::string(kJsonType));
  }
  if (path == "login/authorize" && post) return authorize(visit);
  if (path.starts_with("login/authorize/") && !post) return track(path);
  if (path == "login/perms" && !post) {
    if (!in_session(visit)) return denied("auth_required", "Vous devez vous connecter");
    Json granted;
    for (const auto& [permission, given] : kPermissions)
      granted[std::string(permission)] = {{"granted", permitted(permission)}, {"desc", permission}};
    return success(granted);
  }
  return failure(404, "invalid_request", "Requête invalide");
}

/// Starts a registration.  app_version may be missing: pyfbx does not send it, and real boxes
/// accept that.
ServerResponse Freebox::authorize(const Visit& visit) {
  for (const char* member : {"app_id", "app_name", "device_name"})
    if (text_in(visit.request.body, member).empty())
      return failure(403, "invalid_request", "Requête invalide");
  const auto started = registrations_.start(text_in(visit.request.body, "app_id"));
  return success({{"app_token", started.token}, {"track_id", started.track}});
}

ServerResponse Freebox::track(const std::string& path) {
  const std::string number = path.substr(path.rfind('/') + 1);
  const auto track = parse_integer<std::size_t>(number);
  if (!track) return failure(404, "invalid_request", "Requête invalide");
  return success({{"status", registrations_.status(*track)}, {"challenge", sessions_.challenge()}});
}

ServerResponse Freebox::open_session(const Visit& visit) {
  const std::string app_id = text_in(visit.request.body, "app_id");
  const std::string password = text_in(visit.request.body, "password");
  const auto registered = registrations_.find(app_id);
  if (registered && registered->status == "pending")
    return denied("pending_token", "L'application attend d'être autorisée");
  std::string token;
  if (!visit.refuse_logins) token = sessions_.open(app_id, password);
  if (token.empty() && !visit.refuse_logins && registered && registered->status == "granted")
    token = sessions_.open(app_id, password, registered->token);
  if (token.empty()) {
    ++stats.wrong_credentials;
    return denied("invalid_token", "Erreur d'authentification de l'application");
  }
  ++stats.logins;
  return success({{"session_token", token},
                  {"challenge", sessions_.challenge()},
                  {"password_salt", "AAAAAAAAAAAAAAAAAAAAAA"},
                  {"permissions", permissions()}});
}

ServerResponse Freebox::reply(const Visit& visit, const std::string& path) {
  if (const std::string error = overruled(path); !error.empty())
    return failure(200, error, "Erreur");
  if (path == "rrd") return history(visit);
  if (visit.request.method != "GET") return write(visit, path);
  if (any_written_) {
    const Json changed = written_.with([&](const auto& written) {
      const auto found = written.find(path);
      return found == written.end() ? Json() : found->second;
    });
    if (!changed.is_null()) return success(changed);
  }
  std::string file = path;
  std::ranges::replace(file, '/', '_');
  // The last step of the history of a channel is the time that it begins at.  It is ignored, since
  // the recording is of another day.
  if (const auto slash = path.rfind('/');
      path.find("/channel_survey_history/") != std::string::npos)
    file.resize(slash);
  const auto found = script_->replies.find(file);
  if (found == script_->replies.end()) return failure(404, "invalid_request", "Requête invalide");
  return {.status = 200,
          .content_type = std::string(kJsonType),
          .body = {found->second.at(visit.moment)}};
}

/// POST rrd/ with the permission `settings`, GET rrd/?db=... without it.  The recorded answers are
/// in get/rrd_net.json and so on.
ServerResponse Freebox::history(const Visit& visit) {
  const bool post = visit.request.method == "POST";
  if (post && !permitted("settings"))
    return failure(403, "insufficient_rights", "Cette application n'est pas autorisée",
                   {{"password_salt", "AAAAAAAAAAAAAAAAAAAAAA"}}, {{"missing_right", "settings"}});
  const std::string db = post ? text_in(visit.request.body, "db") : visit.request.parameter("db");
  const auto found = script_->replies.find("rrd_" + db);
  if (found != script_->replies.end())
    return {.status = 200,
            .content_type = std::string(kJsonType),
            .body = {found->second.at(visit.moment)}};
  for (const std::string_view known : {"net", "temp", "dsl", "switch"})
    if (db == known) return success({{"date_start", 0}, {"date_end", 0}, {"data", Json::object()}});
  // As on a real box: the error code is in `msg`, and there is no error_code.
  return ServerResponse::text(200, R"({"msg":"invalid_db","success":false})",
                              std::string(kJsonType));
}

ServerResponse Freebox::write(const Visit& visit, const std::string& path) {
  if (!permitted("settings"))
    return failure(403, "insufficient_rights", "Cette application n'est pas autorisée",
                   {{"password_salt", "AAAAAAAAAAAAAAAAAAAAAA"}}, {{"missing_right", "settings"}});
  if (visit.request.method == "DELETE") return removed(path);
  if (path == "system/reboot" && visit.request.method == "POST")
    return ServerResponse::text(200, R"({"success":true})", std::string(kJsonType));
  const Json value = current(path);
  const bool ddns = path.starts_with("connection/ddns/");  // put() knows the providers
  if (value.is_null() && !ddns) return failure(404, "invalid_request", "Requête invalide");
  return outcome(path, visit.request.method == "PUT" ? put(path, value, visit.request.body)
                                                     : post(value, visit.request.body));
}

ServerResponse Freebox::removed(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string list = path.substr(0, std::min(slash, path.size()));
  const Json value = current(list);
  if (slash == std::string::npos || value.is_null())
    return failure(404, "invalid_request", "Requête invalide");
  return outcome(list, remove(value, path.substr(slash + 1)));
}

ServerResponse Freebox::outcome(const std::string& path, Written written) {
  if (!written.error.empty()) return failure(200, written.error, "Erreur");
  written_.with([&](auto& all) { all[path] = std::move(written.value); });
  any_written_ = true;
  if (written.answer.is_null())
    return ServerResponse::text(200, R"({"success":true})", std::string(kJsonType));
  return success(written.answer);
}

/// The result of GET `path`, without movement; null if the path is not served, an empty list if the
/// answer has no result.
Json Freebox::current(const std::string& path) const {
  Json changed = written_.with([&](const auto& written) {
    const auto found = written.find(path);
    return found == written.end() ? Json() : found->second;
  });
  if (!changed.is_null()) return changed;
  std::string file = path;
  std::ranges::replace(file, '/', '_');
  const auto found = script_->replies.find(file);
  if (found == script_->replies.end()) return {};
  const Json reply = parsed_json(*found->second.at({}));
  if (!reply.is_object() || !reply.value("success", false)) return {};
  return reply.contains("result") ? reply["result"] : Json::array();
}

bool Freebox::in_session(const Visit& visit) {
  const std::string token = visit.request.header("x-fbx-app-auth");
  return !visit.refuse_logins && !token.empty() && sessions_.use(token);
}

ServerResponse Freebox::denied(const char* code, const char* message) {
  ++stats.unauthorized;
  return failure(
      403, code, message,
      {{"password_salt", "AAAAAAAAAAAAAAAAAAAAAA"}, {"challenge", sessions_.challenge()}});
}

ServerResponse Freebox::failure(int status, std::string_view code, const char* message, Json result,
                                const Json& more) const {
  Json body{{"uid", script_->uid}, {"success", false}, {"msg", message}};
  body.update(more);
  if (!result.is_null()) body["result"] = std::move(result);
  body["error_code"] = code;
  return ServerResponse::text(status, body.dump(), std::string(kJsonType));
}

}  // namespace

BoxMaker prepare_freebox(const Recording& recording) {
  auto script = std::make_shared<const FreeboxScript>(read_freebox(recording));
  return [script](const BoxOptions& options) -> std::unique_ptr<Box> {
    return std::make_unique<Freebox>(script, options);
  };
}

}  // namespace boxmeter::sim
