#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "device/device.h"

namespace boxmeter::fritzbox {

/// User and password for one box.  Shared by all that log in there (TR-064 by digest, the web
/// server by session), so that one does not repeat a login that the other was refused.  One thread
/// at a time.
///
/// A refused login is repeated when the password file has changed or kRefusedFor has passed, never
/// sooner: boxes lock users out, and log every failure.
class Account {
 public:
  /// Less than the poller's pause after a refused login (5 min), so that its next try is made.
  static constexpr std::chrono::seconds kRefusedFor{285};

  explicit Account(const DeviceConfig& config);

  const std::string& user() const { return user_; }
  /// As configured; empty: the box is asked who logged in last.
  const std::string& given_user() const { return given_user_; }
  const Secret& password() const { return password_; }
  /// Rises with every change of user or password.
  std::uint64_t revision() const { return revision_; }

  /// Whether a password is known but the user is not (yet).
  bool needs_user() const { return user_.empty() && !password_.empty(); }
  void set_user(std::string user);

  /// To be called before a login.  Throws Error{auth} if that is pointless: there is no password,
  /// or it was refused lately.
  void ready(Clock::time_point now);

  /// Reads the password file again; true: it holds another password, which is used from now on.
  bool reread_password();

  /// To be called when the box refused `user`.  Throws Error{auth}, as ready() will for
  /// kRefusedFor.
  [[noreturn]] void refuse(const std::string& user, Clock::time_point now);

 private:
  Error refused_login() const;
  bool has_long_password() const;

  std::filesystem::path password_file_;
  bool one_shot_ = false;
  std::string given_user_;
  std::string user_;
  Secret password_;
  std::uint64_t revision_ = 0;
  std::optional<Clock::time_point> refused_at_;
  std::string refused_user_;
};

/// The error if the box demands a login and no password is configured.
Error no_password();

}  // namespace boxmeter::fritzbox
