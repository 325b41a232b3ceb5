#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "device/freebox/freebox.h"
#include "device/freebox/options.h"
#include "device/freebox/protocol.h"
#include "raw_server.h"

namespace boxmeter::testing {

/// A Freebox as far as logging in goes: one token is right, a session is good for some uses.
struct FakeFreebox {
  std::string token = "right/token";
  std::string app_id = "fr.example.app";
  std::string version = "16.0";
  std::string uid = "u";
  std::string refuse_login = {};  // an error code for every login
  int session_uses = 1'000'000;
  bool challenge_in_refusal = true;
  std::map<std::string, std::string> bodies = {
      {"connection/", R"({"success":true,"result":{"state":"up"}})"}};
  std::map<std::string, int> statuses = {};
  bool settings = true;  // the permission
  std::string refuse_registration = {};
  std::string verdict = "pending";

  int sessions = 0;
  int uses = 0;
  std::vector<std::string> log = {};  // "GET login/", "POST login/session/ right/token"

  std::string challenge() const { return "challenge/" + std::to_string(sessions); }
  std::string session() const { return "session/" + std::to_string(sessions); }

  std::pair<int, std::string> refusal(const std::string& code) const {
    const std::string challenge_field =
        challenge_in_refusal ? R"("challenge":")" + challenge() + R"(")" : R"("x":1)";
    return {403,
            R"({"uid":"u","success":false,"msg":"Refus\u00e9","result":{"password_salt":"s",)" +
                challenge_field + R"(},"error_code":")" + code + R"("})"};
  }

  std::pair<int, std::string> open_session(const std::string& body) {
    const Reply login = Reply::parse(body);
    if (!refuse_login.empty()) return refusal(refuse_login);
    const bool right = login.at("app_id") == app_id &&
                       login.at("password") == freebox::login_password(Secret(token), challenge());
    if (!right) return refusal("invalid_token");
    ++sessions;
    uses = 0;
    return {200, R"({"success":true,"result":{"session_token":"session\/)" +
                     std::to_string(sessions) + R"(","permissions":{"home":false,"settings":)" +
                     (settings ? "true" : "false") + "}}}"};
  }

  std::pair<int, std::string> answer(const std::string& request) {
    const std::string line = request.substr(0, request.find(" HTTP/"));
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    const std::string root = "/api/v" + version.substr(0, version.find('.')) + "/";
    const auto at = line.find(root);
    log.push_back(at == std::string::npos
                      ? line
                      : line.substr(0, line.find(' ') + 1) + line.substr(at + root.size()));
    const std::string& what = log.back();
    if (what == "GET /api_version")
      return {200, R"({"api_version":")" + version + R"(","api_base_url":"\/api\/","uid":")" + uid +
                       R"("})"};
    if (at == std::string::npos)
      return {404, R"({"success":false,"error_code":"invalid_request"})"};
    if (what == "GET login/")
      return {200, R"({"success":true,"result":{"logged_in":false,"challenge":")" + challenge() +
                       R"("}})"};
    if (what == "POST login/session/") return open_session(body);
    if (what == "POST login/authorize/") {
      if (!refuse_registration.empty()) return refusal(refuse_registration);
      log.back() += " " + body;
      return {200, R"({"success":true,"result":{"app_token":"right\/token","track_id":42}})"};
    }
    if (what == "GET login/authorize/42")
      return {200, R"({"success":true,"result":{"status":")" + verdict + R"(","challenge":"c"}})"};
    const bool known =
        sessions > 0 && request.find("X-Fbx-App-Auth: " + session() + "\r\n") != std::string::npos;
    if (what == "POST login/logout/") return {known ? 200 : 403, R"({"success":true})"};
    if (!known || uses++ >= session_uses) return refusal("auth_required");
    const std::string path = what.substr(what.find(' ') + 1);
    if (!what.starts_with("GET ")) log.back() += " " + body;
    const auto found = bodies.find(path);
    if (found == bodies.end()) return {404, R"({"success":false,"error_code":"invalid_request"})"};
    return {statuses.contains(path) ? statuses[path] : 200, found->second};
  }
};

/// The box behind a socket, and a device that is configured for it.
class FreeboxBench {
 public:
  Guarded<FakeFreebox> box;
  http::Stop stop;
  RawServer server{[this](Peer& peer) {
    for (std::string request; !(request = peer.read_request()).empty();) {
      const auto [status, body] = box.with([&](FakeFreebox& b) { return b.answer(request); });
      if (!peer.answer(status, body)) return;
    }
  }};
  DeviceConfig config{.name = "free",
                      .kind = "freebox",
                      .url = "http://" + server.where(),
                      .credential = {.value = Secret("right/token")},
                      .own = boxmeter::freebox::Options{.app_id = "fr.example.app"},
                      .timeout = std::chrono::milliseconds(5000)};

  std::unique_ptr<Device> open() { return freebox::kKind.open(config, stop); }
  std::vector<std::string> take_log() {
    return box.with([](FakeFreebox& b) { return std::exchange(b.log, {}); });
  }
};

}  // namespace boxmeter::testing
