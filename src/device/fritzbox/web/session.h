#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "device/fritzbox/tr064/account.h"
#include "device/fritzbox/web/login.h"

namespace boxmeter::fritzbox {

/// A request to the web server, before it has a session.
struct WebRequest {
  enum class Carry { query, form, header };  // where the session id goes

  std::string path = {};
  std::vector<std::pair<std::string, std::string>> parameters = {};  // not encoded
  Carry carry = Carry::query;
  std::string_view right = {};        // of the user, as login_sid.lua names it
  bool hides_behind_404 = false;      // some firmware answers so where the session has ended
  bool reading = true;                // may be sent twice
  std::size_t body_limit = 4U << 20;  // bytes
};

/// The session with the web server of one box.  One thread at a time.
///
/// A session ends 20 minutes after its last use, and a request with one that has ended makes the
/// box end all sessions of this host: an id is given up before that, and the first time that it is
/// refused.
class WebSession {
 public:
  WebSession(const DeviceConfig& config, Account& account, http::Stop& stop);
  /// Logs out; waits for the box half a second at most, and no longer for all boxes of a process
  /// together.
  ~WebSession();
  WebSession(const WebSession&) = delete;
  WebSession& operator=(const WebSession&) = delete;

  /// Empty until set.
  const std::string& url() const { return url_; }
  void set_url(std::string url) { url_ = std::move(url); }

  /// Logs in as needed, and once more where the session turns out to have ended.  A response that
  /// still looks like an ended session is returned, but for one that says that this user may not:
  /// Error{refused, denied}.  Throws what http::Client throws, Error{auth}, Error{refused} while
  /// the box takes no login, Error{refused, unsupported} for a box without login_sid.lua.
  http::Response ask(const WebRequest& request, Clock::time_point now);

  /// Only a Fritz!Box has given us one.
  bool is_open() const { return !sid_.empty(); }

  /// The box restarted: it knows neither the session nor who gave wrong passwords.
  void forget() {
    sid_ = {};
    blocked_until_ = {};
  }

  std::uint64_t logins() const { return logins_; }

 private:
  void log_in(Clock::time_point now);
  SessionInfo exchange(http::Request request);
  void hold_off(const SessionInfo& info, Clock::time_point now);
  http::Response send(const WebRequest& request);
  Error denied(std::string_view right) const;
  bool lacks(std::string_view right) const;
  void log_out();

  std::string url_;
  http::TlsPolicy tls_;
  Account& account_;
  ChallengeResponder responder_;
  Secret sid_;
  std::string user_;  // who is logged in
  std::vector<std::string> rights_;
  Clock::time_point used_ = {};
  Clock::time_point fresh_until_ = {};    // a refusal is not the end of the session until then
  Clock::time_point blocked_until_ = {};  // no login is tried until then
  std::uint64_t logins_ = 0;
  http::Client client_;
};

}  // namespace boxmeter::fritzbox
