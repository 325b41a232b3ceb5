#include "device/fritzbox/tr064/account.h"

#include <algorithm>
#include <utility>

#include "base/secret_file.h"

namespace boxmeter::fritzbox {

Error no_password() {
  return {ErrorKind::auth,
          "the box asks for a login: set 'username' and 'password_file' of this device"};
}

Account::Account(const DeviceConfig& config)
    : password_file_(config.credential.file),
      one_shot_(config.one_shot),
      given_user_(config.username),
      user_(config.username),
      password_(config.credential.value) {}

void Account::set_user(std::string user) {
  user_ = std::move(user);
  ++revision_;
}

void Account::ready(Clock::time_point now) {
  if (password_.empty() && !reread_password()) throw no_password();
  if (refused_at_ && now - *refused_at_ < kRefusedFor && !reread_password()) throw refused_login();
  refused_at_.reset();
}

bool Account::reread_password() {
  if (password_file_.empty()) return false;
  try {
    Secret now = read_secret_file(password_file_);
    if (now == password_) return false;
    password_ = std::move(now);
  } catch (const Error&) {
    return false;  // perhaps it is being replaced right now: the known password stays
  }
  ++revision_;
  return true;
}

/// The box's pages allow 32 characters; some firmware accepts more, some refuses such a login.
bool Account::has_long_password() const {
  const auto is_first = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return std::ranges::count_if(password_.reveal(), is_first) > 32;
}

Error Account::refused_login() const {
  std::string message =
      "the box refused the login of user '" + refused_user_ +
      "': check name and password, and that this user may use the box's settings" +
      (has_long_password() ? ", and take a password of no more than 32 characters" : "");
  if (!one_shot_)
    message += std::string(" (tried again ") +
               (password_file_.empty() ? "" : "when the password file changes, or ") +
               "after 5 minutes)";
  return {ErrorKind::auth, std::move(message)};
}

void Account::refuse(const std::string& user, Clock::time_point now) {
  refused_at_ = now;
  refused_user_ = user;
  // If the user was found on the box, find it again for the next login: it may be another by then.
  user_ = given_user_;
  ++revision_;
  throw refused_login();
}

}  // namespace boxmeter::fritzbox
