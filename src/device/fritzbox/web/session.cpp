#include "device/fritzbox/web/session.h"

#include <algorithm>

#include "base/guarded.h"
#include "device/answered_by.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/xml.h"
#include "http/encode.h"

namespace boxmeter::fritzbox {
namespace {

using namespace std::chrono_literals;

constexpr auto kUsable = 19min;  // a minute less than the box allows
/// A session that is refused so soon after its login has not ended: another login would not help.
constexpr auto kFresh = 1min;
/// Boxes block logins for a quarter of an hour at most; bounds a wrong BlockTime.
constexpr std::chrono::seconds kLongestBlock = 15min;
constexpr auto kLogoutTimeout = 500ms;
constexpr auto kBetweenLogouts = 10s;  // for logouts to have a timeout each

/// How long a logout may take.  Logouts that follow each other, as at the shutdown of a process
/// with many boxes, share one timeout.
std::chrono::milliseconds time_for_logout(Clock::time_point now) {
  static Guarded<Clock::time_point> shared;
  return shared.with([&](Clock::time_point& until) {
    if (now > until + kBetweenLogouts) until = now + kLogoutTimeout;
    return std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
  });
}

std::string encoded(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text += http::percent_encoded(name) + "=" + http::percent_encoded(value);
  }
  return text;
}

bool is_refused(const http::Response& response) {
  return response.status == 401 || response.status == 403;
}

/// AHA and REST answer a request without a valid session with a status; pages of the user interface
/// redirect to the login page or show it.
bool looks_ended(const http::Response& response, const WebRequest& request) {
  return is_refused(response) || (response.status >= 300 && response.status < 400) ||
         (response.status == 200 && is_html(response.body)) ||
         (response.status == 404 && request.hides_behind_404);
}

/// The name of the right in the box's user administration.
std::string_view shown(std::string_view right) {
  return right == "HomeAuto" ? "Smart Home" : "FRITZ!Box Settings";
}

}  // namespace

WebSession::WebSession(const DeviceConfig& config, Account& account, http::Stop& stop)
    : url_(own_options<Options>(config).web_url),
      tls_(web_tls(config.tls)),
      account_(account),
      responder_(account.password()),
      client_({.timeout = config.timeout, .tls = tls_, .tap = config.tap}, stop) {}

WebSession::~WebSession() {
  if (!sid_.empty()) log_out();
}

http::Response WebSession::ask(const WebRequest& request, Clock::time_point now) {
  if (now - used_ >= kUsable) sid_ = {};
  const bool is_new = sid_.empty();
  if (is_new) log_in(now);
  used_ = now;
  http::Response response = send(request);
  if (!looks_ended(response, request)) return response;
  const bool is_denied = is_refused(response);
  const bool is_fresh = is_new || now < fresh_until_;
  if (is_new) fresh_until_ = now + kFresh;
  if (is_denied && (is_fresh || lacks(request.right))) throw denied(request.right);
  if (is_fresh) return response;
  log_in(now);
  used_ = now;
  response = send(request);
  if (looks_ended(response, request)) fresh_until_ = now + kFresh;
  if (is_refused(response)) throw denied(request.right);
  return response;
}

void WebSession::log_in(Clock::time_point now) {
  sid_ = {};
  hold_off({}, now);
  // A box without a password gives a session at once, without a login.
  SessionInfo info = exchange({.url = url_ + "/login_sid.lua?version=2"});
  hold_off(info, now);
  if (info.sid.empty()) account_.ready(now);
  for (int tries = 0; tries < 2 && info.sid.empty(); ++tries) {
    if (!(responder_.password() == account_.password()))
      responder_ = ChallengeResponder(account_.password());
    user_ = account_.given_user().empty() ? info.last_user : account_.given_user();
    info = exchange(
        {.method = http::Method::post,
         .url = url_ + "/login_sid.lua?version=2",
         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
         .body = encoded({{"username", user_}, {"response", responder_.answer(info.challenge)}}),
         .reading = false});
    if (!info.sid.empty()) break;
    if (!account_.reread_password()) {
      blocked_until_ = now + std::min(info.block_time, kLongestBlock);
      account_.refuse(user_, now);
    }
    hold_off(info, now);
  }
  if (info.sid.empty()) account_.refuse(user_, now);
  sid_ = info.sid;
  rights_ = std::move(info.rights);
  ++logins_;
}

/// Throws while the box blocks logins after a wrong password: each try would make that time longer.
void WebSession::hold_off(const SessionInfo& info, Clock::time_point now) {
  if (info.block_time > 0s) blocked_until_ = now + std::min(info.block_time, kLongestBlock);
  if (now >= blocked_until_) return;
  const auto left = std::chrono::ceil<std::chrono::seconds>(blocked_until_ - now);
  throw Error(ErrorKind::refused, "the box takes no login for another " +
                                      std::to_string(left.count()) +
                                      " s, because of wrong ones before (from this host or user)");
}

SessionInfo WebSession::exchange(http::Request request) {
  request.body_limit = 64U << 10;
  const http::Response response = client_.send(request);
  if (response.status == 404)
    throw Error(ErrorKind::refused,
                "the box has no /login_sid.lua at " + url_ + " (HTTP 404): is that its web server?",
                Refusal::unsupported);
  if (response.status != 200)
    throw Stranger("/login_sid.lua: HTTP " + std::to_string(response.status) +
                   " instead of an answer");
  try {
    return parse_session_info(response.body);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::protocol) throw;
    throw Stranger(std::string("/login_sid.lua: ") + error.what());
  }
}

http::Response WebSession::send(const WebRequest& request) {
  http::Request sent{
      .url = url_ + request.path, .body_limit = request.body_limit, .reading = request.reading};
  auto parameters = request.parameters;
  if (request.carry != WebRequest::Carry::header)
    parameters.insert(parameters.begin(), {"sid", sid_.reveal()});
  const std::string text = encoded(parameters);
  if (request.carry == WebRequest::Carry::form) {
    sent.method = http::Method::post;
    sent.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    sent.body = text;
  } else if (!text.empty()) {
    sent.url += "?" + text;
  }
  if (request.carry == WebRequest::Carry::header) {
    sent.headers.emplace_back("Authorization", "AVM-SID " + sid_.reveal());
    sent.headers.emplace_back("Accept", "application/json");
  }
  return client_.send(sent);
}

bool WebSession::lacks(std::string_view right) const {
  return !rights_.empty() && std::ranges::find(rights_, right) == rights_.end();
}

Error WebSession::denied(std::string_view right) const {
  return {ErrorKind::refused,
          "the box does not allow it (HTTP 403): " +
              (user_.empty() ? std::string("this user") : "user '" + user_ + "'") +
              (lacks(right) ? " lacks" : " may lack") + " the right '" + std::string(shown(right)) +
              "'",
          Refusal::denied};
}

/// Uses another client, since client_ may have been stopped.
void WebSession::log_out() {
  const auto timeout = time_for_logout(Clock::now());
  if (timeout <= 0ms) return;
  http::Stop never;
  try {
    http::Client({.timeout = timeout, .tls = tls_}, never)
        .send({.url = url_ + "/login_sid.lua?version=2&logout=1&sid=" + sid_.reveal()});
  } catch (const Error&) {  // the session ends by itself after 20 minutes
  }
}

}  // namespace boxmeter::fritzbox
