#include "device/fritzbox/wire.h"

#include "base/file.h"
#include "base/text.h"

namespace boxmeter::fritzbox {
namespace {

Error no_password() {
  return {ErrorKind::auth,
          "the box asks for a login: set 'username' and 'password_file' of this device"};
}

}  // namespace

Wire::Wire(const DeviceConfig& config, http::Stop& stop)
    : url_(config.url),
      password_file_(config.credential.file),
      given_user_(config.username),
      user_(config.username),
      password_(config.credential.value),
      client_({.timeout = config.timeout,
               .tls = config.tls,
               .auth = http::Auth::digest,
               .username = config.username,
               .password = config.credential.value},
              stop) {}

http::Request Wire::request(http::Method method, const std::string& path) const {
  return {.method = method, .url = url_ + path};
}

void Wire::set_user(const std::string& user) {
  user_ = user;
  client_.set_credentials(user_, password_);
}

http::Response Wire::open(http::Request request, Clock::time_point now) {
  request.login = false;
  http::Response response = client_.send(request);
  if (response.status != 401) return response;
  ready(now);
  if (user_.empty()) throw no_password();
  return logged_in(std::move(request), now);
}

void Wire::ready(Clock::time_point now) {
  if (!has_password() && !reread_password()) throw no_password();
  if (refused_at_ && now - *refused_at_ < kRefusedFor && !reread_password()) throw refused_login();
  refused_at_.reset();
}

http::Response Wire::logged_in(http::Request request, Clock::time_point now) {
  request.login = true;
  try {
    return client_.send(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::auth) throw;
  }
  if (!reread_password()) refuse(now);
  try {
    return client_.send(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::auth) throw;
  }
  refuse(now);
}

/// Whether the file now holds something else than what was tried.
bool Wire::reread_password() {
  if (password_file_.empty()) return false;
  try {
    Secret now(std::string(trim(read_file(password_file_))));
    if (now == password_) return false;
    password_ = std::move(now);
  } catch (const Error&) {
    return false;  // being replaced at this moment; the old one was read at the start
  }
  client_.set_credentials(user_, password_);
  return true;
}

Error Wire::refused_login() const {
  return {ErrorKind::auth,
          "the box refused the login of user '" + refused_user_ +
              "': check name and password, and that this user may use the box's settings (tried "
              "again " +
              (password_file_.empty() ? "" : "when the password file changes, or ") +
              "after 5 minutes)"};
}

void Wire::refuse(Clock::time_point now) {
  refused_at_ = now;
  refused_user_ = user_;
  // Another user may have been the last one by then.
  user_ = given_user_;
  throw refused_login();
}

}  // namespace boxmeter::fritzbox
