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

/// How long no login is tried after a refused one.  A box locks out clients that try too often
/// (error code `ratelimited`, here received `limited` times in a row), each time for longer.  Pure.
std::chrono::minutes pause_after_refusal(unsigned limited);

/// The session of our application at one box, which all requests share: opened when one is needed,
/// and again when the box has ended it.  One thread at a time.
class Session {
 public:
  /// Both must outlive the session.  Throws Error{config} if there is no app token or no app id.
  Session(const DeviceConfig& config, Api& api);

  /// Opens a session if there is none.  Throws Error{auth} if the box refuses the login; for a
  /// while after that it is thrown without asking the box, unless the token file changes.
  void open();

  /// Makes a call in a session.  Throws Error; a refusal of the call itself is returned as an
  /// envelope.
  Envelope ask(const Call& call, std::size_t body_limit);

  /// Those that the box named when it opened the session.
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
  std::optional<Refused> refused_;  // set if the last login was refused
  unsigned limited_ = 0;            // times in a row that the box said `ratelimited`
  Secret session_;
  bool accepted_ = false;  // the last call was accepted: a refusal means that the session ended
  Permissions permissions_;
  std::uint64_t logins_ = 0;
};

}  // namespace boxmeter::freebox
