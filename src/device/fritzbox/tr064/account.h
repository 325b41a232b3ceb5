#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "device/device.h"

namespace boxmeter::fritzbox {

/// Who logs in at one box.  Shared by all that log in there (TR-064 by digest, its web server by
/// session), so that what one of them was refused is not tried by the other.  One thread at a time.
///
/// A refused login is tried again when its file has changed or when kRefusedFor has passed, never
/// sooner: boxes lock users out, and write every failure into their log.
class Account {
 public:
  /// A little less than the poller's pause after a refused login (5 min), so that its next try is
  /// not stopped here.
  static constexpr std::chrono::seconds kRefusedFor{285};

  explicit Account(const DeviceConfig& config);

  const std::string& user() const { return user_; }
  /// As configured; empty: to be found on the box.
  const std::string& given_user() const { return given_user_; }
  const Secret& password() const { return password_; }
  /// Rises with every change of user or password.
  std::uint64_t revision() const { return revision_; }

  /// Only a user is missing: not given, and not yet found on the box.
  bool needs_user() const { return user_.empty() && !password_.empty(); }
  void set_user(std::string user);

  /// Throws Error{auth} when a login would be pointless: no password, or refused lately.
  void ready(Clock::time_point now);

  /// Whether the password file now holds something else than what was tried; takes it over.
  bool reread_password();

  /// The box refused `user`.  Throws Error{auth}, and so does ready() for a while.
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

/// The box asks for a login, and there is nothing to log in with.
Error no_password();

}  // namespace boxmeter::fritzbox
