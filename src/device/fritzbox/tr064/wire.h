#pragma once
#include <cstdint>
#include <string>

#include "device/fritzbox/tr064/account.h"

namespace boxmeter::fritzbox {

/// The connection to the TR-064 server of one box and the login for it.  One thread at a time.
class Wire {
 public:
  Wire(const DeviceConfig& config, Account& account, http::Stop& stop);

  /// Without credentials, and only if the box asks for them (over remote access it always does)
  /// with.  Throws Error as http::Client.
  http::Response open(http::Request request, Clock::time_point now);

  /// With credentials.  Precondition: account.ready(), and no account.needs_user().
  http::Response logged_in(http::Request request, Clock::time_point now);

  std::uint64_t logins() const { return client_.logins(); }

  /// A request for a path on the box.
  http::Request request(http::Method method, const std::string& path) const;

 private:
  http::Response send(const http::Request& request);

  std::string url_;
  bool always_logged_in_;  // remote access: nothing is open there
  Account& account_;
  std::uint64_t revision_ = 0;  // of the account, as the client knows it
  http::Client client_;
};

}  // namespace boxmeter::fritzbox
