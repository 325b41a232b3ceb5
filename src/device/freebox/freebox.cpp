#include "device/freebox/freebox.h"

#include <spdlog/spdlog.h>

#include <array>

#include "base/file.h"
#include "device/freebox/observer.h"
#include "device/freebox/protocol.h"
#include "device/freebox/request.h"
#include "device/freebox/roots.h"
#include "device/freebox/secrets.h"
#include "device/freebox/token.h"

namespace boxmeter::freebox {
namespace {

// A refused token is not shown to the box again before this has passed: it locks out who tries too
// often (`ratelimited`).  A little below the 5 minutes that the poller waits.
constexpr auto kRefusedFor = std::chrono::minutes(4);
constexpr auto kLogoutTimeout = std::chrono::milliseconds(1000);

http::ClientOptions options_of(const DeviceConfig& config) {
  http::ClientOptions options{.timeout = config.timeout, .tls = config.tls, .tap = config.tap};
  if (options.tls.mode == http::TlsMode::system) options.tls.extra_roots.append(kRoots);
  return options;
}

/// What was given in the configuration, and what its file adds.
AppToken token_of(const DeviceConfig& config) {
  AppToken token{.token = config.credential.value, .app_id = config.app_id};
  const bool incomplete = token.token.empty() || token.app_id.empty();
  if (incomplete && !config.credential.file.empty()) {
    AppToken read = parse_token_file(read_file(config.credential.file));
    if (read.app_id.empty()) read.app_id = config.app_id;
    token = read;
  }
  if (token.token.empty())
    throw Error(ErrorKind::config,
                "no app token: a Freebox needs 'app_token_file' (or 'app_token')");
  if (token.app_id.empty())
    throw Error(ErrorKind::config,
                "no app id: give the one that the app token was made for as 'app_id', or on the "
                "second line of the app_token_file");
  return token;
}

class Freebox : public Device {
 public:
  Freebox(const DeviceConfig& config, http::Stop& stop)
      : config_(config), stop_(stop), token_(token_of(config)), client_(options_of(config), stop) {}
  ~Freebox() override;
  Freebox(const Freebox&) = delete;
  Freebox& operator=(const Freebox&) = delete;

  Reply call(const Request& request) override;
  Epoch epoch() const override { return observer_.epoch(); }
  std::uint64_t logins() const override { return logins_; }

 private:
  struct Refused {
    Error error;
    Clock::time_point until;
  };

  void discover();
  void open_session(std::string challenge);
  Envelope log_in(const std::string& challenge);
  bool token_file_changed();
  Envelope send(http::Client& client, const http::Request& request);
  Envelope get(const std::string& path, std::size_t body_limit);
  Envelope post(http::Client& client, const std::string& path, const Reply& body);

  const DeviceConfig config_;
  http::Stop& stop_;
  AppToken token_;
  std::optional<Refused> refused_;  // the last login, if it was
  std::string root_;                // https://host/api/v16/; empty: not known yet
  Secret session_;                  // empty: none is open
  std::uint64_t logins_ = 0;
  bool answered_ = false;  // the last request was
  Observer observer_;
  http::Client client_;
};

Envelope Freebox::send(http::Client& client, const http::Request& request) {
  http::Request authorized = request;
  if (!session_.empty()) authorized.headers.emplace_back("X-Fbx-App-Auth", session_.reveal());
  answered_ = false;
  const http::Response response = client.send(authorized);
  answered_ = true;
  return parse_envelope(response.status, response.body);
}

Envelope Freebox::get(const std::string& path, std::size_t body_limit) {
  return send(client_, {.url = root_ + path, .body_limit = body_limit});
}

/// Only logging in and out: neither does harm when it is sent twice.
Envelope Freebox::post(http::Client& client, const std::string& path, const Reply& body) {
  return send(client, {.method = http::Method::post,
                       .url = root_ + path,
                       .headers = {{"Content-Type", "application/json"}},
                       .body = body.dump(-1, ' ', false, Reply::error_handler_t::replace)});
}

/// The path below which this firmware answers.  It is asked for, and used, on the host of the
/// configuration: api_domain and https_port lead to the box from outside.
void Freebox::discover() {
  const std::string url = config_.url.substr(0, config_.url.find_last_not_of('/') + 1);
  answered_ = false;
  const http::Response response = client_.send({.url = url + "/api_version"});
  answered_ = true;
  within("'" + url + "' does not answer /api_version as a Freebox",
         [&] { root_ = url + api_root(response.status, response.body); });
}

/// True when the file holds another token, or app id, than the ones in use; uses them from then on.
bool Freebox::token_file_changed() {
  if (config_.credential.file.empty()) return false;
  try {
    AppToken read = parse_token_file(read_file(config_.credential.file));
    if (read.app_id.empty()) read.app_id = token_.app_id;
    if (read.token == token_.token && read.app_id == token_.app_id) return false;
    token_ = std::move(read);
    return true;
  } catch (const Error&) {
    return false;  // what the box said of the token in use is the better message
  }
}

Envelope Freebox::log_in(const std::string& challenge) {
  return post(client_, "login/session/",
              {{"app_id", token_.app_id}, {"password", login_password(token_.token, challenge)}});
}

/// `challenge` is empty where the box has not offered one yet.  Throws Error{auth} when the box
/// does not let us in; then it is not asked again for a while, unless the token file changes.
void Freebox::open_session(std::string challenge) {
  if (refused_ && Clock::now() < refused_->until && !token_file_changed()) throw refused_->error;
  session_ = Secret();
  if (challenge.empty()) {
    const Envelope offer = get("login/", 1U << 20);
    if (!offer.success) throw refusal(offer);
    challenge = challenge_of(offer);
    if (challenge.empty()) throw Error(ErrorKind::protocol, "the box offers no challenge");
  }
  Envelope answer = log_in(challenge);
  if (answer.code == "invalid_token" && token_file_changed()) {
    const std::string next = challenge_of(answer);
    answer = log_in(next.empty() ? challenge : next);
  }
  if (!answer.success) {
    const Error error = refusal(answer);
    if (error.kind() == ErrorKind::auth) refused_ = {error, Clock::now() + kRefusedFor};
    throw Error(error);
  }
  refused_.reset();
  session_ = session_token(answer);
  ++logins_;
}

Reply Freebox::call(const Request& request) {
  check(request);
  const std::string path = url_path(request.target);
  if (root_.empty()) discover();
  const bool fresh = session_.empty();
  if (fresh) within("login", [&] { open_session(""); });
  Envelope answer = get(path, request.body_limit);
  if (wants_session(answer) && !fresh) {
    within("login", [&] { open_session(challenge_of(answer)); });
    answer = get(path, request.body_limit);
  }
  if (wants_session(answer)) session_ = Secret();
  if (answer.status == 404) root_.clear();  // of this path only, or has the API moved?
  if (!answer.success) throw refusal(answer);
  const unsigned boot = observer_.epoch().boot;
  observer_.see(path, answer.result);
  if (observer_.epoch().boot != boot) root_.clear();  // new firmware, perhaps a new API
  remove_secrets(answer.result);
  return std::move(answer.result);
}

/// A box keeps few sessions open at a time: the one that nobody needs any more is closed, if that
/// is quick.
Freebox::~Freebox() {
  if (session_.empty() || root_.empty() || !answered_ || stop_.stopped()) return;
  try {
    http::ClientOptions options = options_of(config_);
    options.timeout = std::min(options.timeout, kLogoutTimeout);
    http::Client client(std::move(options), stop_);
    post(client, "login/logout/", Reply::object());
  } catch (const std::exception& error) {
    spdlog::debug("device '{}': not logged out: {}", config_.name, error.what());
  }
}

constexpr std::array<std::string_view, 3> kOptions = {"app_token", "app_token_file", "app_id"};

bool is_loopback(std::string_view url) {
  return url.starts_with("http://127.") || url.starts_with("http://localhost") ||
         url.starts_with("http://[::1]");
}

}  // namespace

std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop) {
  if (config.url.starts_with("http://") && !is_loopback(config.url))
    spdlog::warn(
        "device '{}': '{}' is plain http: whoever listens on the way can use the session "
        "(a Freebox also answers on https://mafreebox.freebox.fr)",
        config.name, config.url);
  return std::make_unique<Freebox>(config, stop);
}

constinit const DeviceKind kKind = {.name = "freebox",
                                    .default_url = "https://mafreebox.freebox.fr",
                                    .default_pack = "freebox",
                                    .default_tls = http::TlsMode::system,
                                    .options = kOptions,
                                    .open = &open,
                                    .check = &check};

}  // namespace boxmeter::freebox
