#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "device/device.h"

namespace boxmeter::fritzbox {

/// The connection to one box and the login for it.  One thread at a time.
///
/// A refused login is tried again when its file has changed or when kRefusedFor has passed, never
/// sooner: boxes lock users out, and write every failure into their log.
class Wire {
 public:
  /// A little less than the poller's pause after a refused login (5 min), so that its next try is
  /// not stopped here.
  static constexpr std::chrono::seconds kRefusedFor{285};

  Wire(const DeviceConfig& config, http::Stop& stop);

  /// Without credentials, and only if the box asks for them with.  Throws Error as http::Client.
  http::Response open(http::Request request, Clock::time_point now);

  /// Throws Error{auth} when a login would be pointless: no password, or refused lately.
  void ready(Clock::time_point now);

  /// With credentials.  Precondition: ready(), and no needs_user().
  http::Response logged_in(http::Request request, Clock::time_point now);

  /// Only a user is missing: not given, and not yet found on the box.
  bool needs_user() const { return user_.empty() && has_password(); }
  void set_user(const std::string& user);
  const std::string& user() const { return user_; }

  std::uint64_t logins() const { return client_.logins(); }

  /// A request for a path on the box.
  http::Request request(http::Method method, const std::string& path) const;

 private:
  bool has_password() const { return !password_.empty(); }
  bool reread_password();
  Error refused_login() const;
  [[noreturn]] void refuse(Clock::time_point now);

  std::string url_;
  std::filesystem::path password_file_;
  std::string given_user_;  // empty: to be found on the box
  std::string user_;
  Secret password_;
  std::optional<Clock::time_point> refused_at_;
  std::string refused_user_;
  http::Client client_;
};

}  // namespace boxmeter::fritzbox
