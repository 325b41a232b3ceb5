#include "device/fritzbox/tr064/wire.h"

#include "device/fritzbox/address.h"

namespace boxmeter::fritzbox {

Wire::Wire(const DeviceConfig& config, Account& account, http::Stop& stop)
    : url_(config.url),
      always_logged_in_(is_remote(config.url)),
      account_(account),
      revision_(account.revision()),
      client_({.timeout = config.timeout,
               .tls = config.tls,
               .auth = http::Auth::digest,
               .username = account.user(),
               .password = account.password(),
               .tap = config.tap},
              stop) {}

http::Request Wire::request(http::Method method, const std::string& path) const {
  return {.method = method, .url = url_ + path};
}

http::Response Wire::open(http::Request request, Clock::time_point now) {
  if (!always_logged_in_) {
    request.login = false;
    http::Response response = client_.send(request);
    if (response.status != 401) return response;
  }
  account_.ready(now);
  if (account_.user().empty()) throw no_password();
  return logged_in(std::move(request), now);
}

http::Response Wire::logged_in(http::Request request, Clock::time_point now) {
  request.login = true;
  try {
    return send(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::auth) throw;
  }
  if (!account_.reread_password()) account_.refuse(account_.user(), now);
  try {
    return send(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::auth) throw;
  }
  account_.refuse(account_.user(), now);
}

/// With the credentials as they are now: whoever shares the account may have changed them.
http::Response Wire::send(const http::Request& request) {
  if (revision_ != account_.revision()) {
    client_.set_credentials(account_.user(), account_.password());
    revision_ = account_.revision();
  }
  return client_.send(request);
}

}  // namespace boxmeter::fritzbox
