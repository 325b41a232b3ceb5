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

/// A request to the web server, without the session id, which WebSession adds.
struct WebRequest {
  enum class Carry { query, form, header };  // where the session id is sent

  std::string path = {};
  std::vector<std::pair<std::string, std::string>> parameters = {};  // not encoded
  Carry carry = Carry::query;
  std::string_view right = {};        // that the user needs, as login_sid.lua names it
  bool hides_behind_404 = false;      // a 404 may mean that the session has ended
  bool reading = true;                // may be sent twice
  std::size_t body_limit = 4U << 20;  // bytes
};

/// The session with the web server of one box.  One thread at a time.
///
/// A session ends 20 minutes after its last use, and a request with the id of an ended session
/// makes the box end all sessions of this host.  So an id is dropped earlier than that, and as soon
/// as it is refused.
class WebSession {
 public:
  WebSession(const DeviceConfig& config, Account& account, http::Stop& stop);
  /// Logs out.  Blocks for half a second at most, and all sessions of a process that end together
  /// share this time.
  ~WebSession();
  WebSession(const WebSession&) = delete;
  WebSession& operator=(const WebSession&) = delete;

  /// The origin of the web server; empty until set.
  const std::string& url() const { return url_; }
  void set_url(std::string url) { url_ = std::move(url); }

  /// Sends a request; logs in if there is no session, and once more if it turns out to have ended.
  /// A response that looks like an ended session even after a login is returned as it is. Throws as
  /// http::Client; Error{auth} for a refused login; Error{refused} while the box accepts no login;
  /// Error{refused, denied} if the user lacks the right; Error{refused, unsupported} if the box has
  /// no login_sid.lua.
  http::Response ask(const WebRequest& request, Clock::time_point now);

  /// Whether there is a session, which only a Fritz!Box can have given us.
  bool is_open() const { return !sid_.empty(); }

  /// To be called when the box restarted: it has forgotten the session and the wrong logins.
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
  Clock::time_point fresh_until_ = {};    // until then a refusal does not mean an ended session
  Clock::time_point blocked_until_ = {};  // no login is tried until then
  std::uint64_t logins_ = 0;
  http::Client client_;
};

}  // namespace boxmeter::fritzbox
