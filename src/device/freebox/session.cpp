#include "device/freebox/session.h"

#include <algorithm>

#include "base/secret_file.h"
#include "device/freebox/options.h"

namespace boxmeter::freebox {
namespace {

// Less than the 5 minutes that the poller waits after Error{auth}, so that its next login is sent.
constexpr auto kRefusedFor = std::chrono::minutes(4);
constexpr unsigned kMostDoublings = 4;  // about an hour

/// The token and the app id of the configuration, or of its token file.
AppToken token_of(const DeviceConfig& config) {
  AppToken token{.token = config.credential.value, .app_id = own_options<Options>(config).app_id};
  const bool incomplete = token.token.empty() || token.app_id.empty();
  if (incomplete && !config.credential.file.empty()) {
    AppToken read = parse_token_file(read_secret_file(config.credential.file).reveal());
    if (read.app_id.empty()) read.app_id = token.app_id;
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

Call login_call(const char* path, const Reply& body) {
  return {.method = http::Method::post,
          .path = path,
          .body = body.dump(-1, ' ', false, Reply::error_handler_t::replace)};
}

Permissions permissions_of(const Envelope& answer) {
  Permissions permissions;
  const auto given = answer.result.find("permissions");
  if (given != answer.result.end() && given->is_object())
    for (const auto& [name, granted] : given->items())
      if (granted.is_boolean()) permissions[name] = granted.get<bool>();
  return permissions;
}

}  // namespace

std::chrono::minutes pause_after_refusal(unsigned limited) {
  return kRefusedFor * (1U << std::min(limited, kMostDoublings));
}

Session::Session(const DeviceConfig& config, Api& api)
    : config_(config), api_(api), app_(token_of(config)) {}

void Session::open() {
  if (!session_.empty()) return;
  api_.find();
  within("login", [&] { open_with(""); });
}

Envelope Session::ask(const Call& call, std::size_t body_limit) {
  open();
  Envelope answer = api_.ask(call, session_, body_limit);
  if (wants_session(answer) && accepted_) {
    within("login", [&] { open_with(challenge_of(answer)); });
    answer = api_.ask(call, session_, body_limit);
  }
  accepted_ = !wants_session(answer);
  if (!accepted_) session_ = Secret();
  return answer;
}

/// `challenge` is empty if the box has not sent one yet.
void Session::open_with(std::string challenge) {
  if (refused_ && Clock::now() < refused_->until && !token_file_changed()) throw refused_->error;
  session_ = Secret();
  if (challenge.empty()) {
    const Envelope offer = api_.ask({.path = "login/"});
    if (!offer.success) refuse(offer);
    challenge = challenge_of(offer);
    if (challenge.empty()) throw Error(ErrorKind::protocol, "the box offers no challenge");
  }
  Envelope answer = log_in(challenge);
  if (answer.code == "invalid_token" && token_file_changed()) {
    const std::string next = challenge_of(answer);
    answer = log_in(next.empty() ? challenge : next);
  }
  if (!answer.success) refuse(answer);
  refused_.reset();
  limited_ = 0;
  session_ = session_token(answer);
  accepted_ = false;
  permissions_ = permissions_of(answer);
  ++logins_;
  api_.remember_box();
}

Envelope Session::log_in(const std::string& challenge) {
  return api_.ask(
      login_call("login/session/",
                 {{"app_id", app_.app_id}, {"password", login_password(app_.token, challenge)}}));
}

/// Throws the refusal, and remembers it if another login at once could get us locked out.
void Session::refuse(const Envelope& answer) {
  Error error = refusal(answer);
  if (api_.replaced()) error.prepend("this is another box than before");
  limited_ = answer.code == "ratelimited" ? limited_ + 1 : 0;
  if (error.kind() == ErrorKind::auth)
    refused_ = {error, Clock::now() + pause_after_refusal(limited_)};
  throw Error(error);
}

/// True when the file holds another token, or app id, than the ones in use; uses them from then on.
bool Session::token_file_changed() {
  if (config_.credential.file.empty()) return false;
  try {
    AppToken read = parse_token_file(read_secret_file(config_.credential.file).reveal());
    if (read.app_id.empty()) read.app_id = app_.app_id;
    if (read.token == app_.token && read.app_id == app_.app_id) return false;
    app_ = std::move(read);
    return true;
  } catch (const Error&) {
    return false;  // what the box said of the token in use is the better message
  }
}

}  // namespace boxmeter::freebox
