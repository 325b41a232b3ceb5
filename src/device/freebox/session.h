#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "device/freebox/api.h"
#include "device/freebox/token.h"

namespace boxmeter::freebox {

using Permissions = std::map<std::string, bool>;

/// How long a box that refused is not asked again to let us in: it locks out who tries too often
/// (`ratelimited`, here the `limited`-th time in a row), and each time for longer.  Pure.
std::chrono::minutes pause_after_refusal(unsigned limited);

/// One session of an application, opened when it is needed and reopened once when the box has
/// ended it; shared by all that is asked of the box.  One thread at a time.
class Session {
 public:
  /// Throws Error{config} when there is no app token or no app id.
  Session(const DeviceConfig& config, Api& api);

  /// Opens a session if there is none.  Throws Error{auth} when the box does not let us in; then
  /// it is not asked again for a while, unless the token file changes.
  void open();

  /// Asks in a session.  Throws Error; a refusal of anything but the session is an envelope.
  Envelope ask(const Call& call, std::size_t body_limit);

  /// Of the open session; the box tells them when it opens one.
  const Permissions& permissions() const { return permissions_; }

  /// Empty: none is open.
  const Secret& token() const { return session_; }
  std::uint64_t logins() const { return logins_; }

 private:
  struct Refused {
    Error error;
    Clock::time_point until;
  };

  void open_with(std::string challenge);
  Envelope log_in(const std::string& challenge);
  void refuse(const Envelope& answer);
  bool token_file_changed();

  const DeviceConfig& config_;
  Api& api_;
  AppToken app_;
  std::optional<Refused> refused_;  // the last login, if it was
  unsigned limited_ = 0;            // times in a row that the box wanted a pause
  Secret session_;
  bool accepted_ = false;  // the box took the session at least once: it can have ended since
  Permissions permissions_;
  std::uint64_t logins_ = 0;
};

}  // namespace boxmeter::freebox
