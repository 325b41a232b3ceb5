#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

// login_sid.lua: how a session with a box's web server is opened.  Pure, any thread.
namespace boxmeter::fritzbox {

/// What login_sid.lua answers, before and after a login.
struct SessionInfo {
  Secret sid = {};  // empty: there is no session
  std::string challenge = {};
  std::chrono::seconds block_time{0};    // until the box looks at another login
  std::vector<std::string> rights = {};  // "HomeAuto", "BoxAdmin", ...: of the user logged in
  std::string last_user = {};            // who logged in last; empty: the box does not say
};

/// Throws Error{protocol}, Error{too_large}.
SessionInfo parse_session_info(std::string_view body);

/// Answers challenges with one password.
class ChallengeResponder {
 public:
  explicit ChallengeResponder(Secret password) : password_(std::move(password)) {}

  /// PBKDF2 for a challenge that begins with "2$" (FRITZ!OS 7.24 and later), else MD5.
  /// Throws Error{protocol} for a challenge that is neither, Error{internal} where OpenSSL lacks
  /// the hash.
  std::string answer(std::string_view challenge);

  const Secret& password() const { return password_; }

 private:
  std::string pbkdf2_answer(std::string_view challenge);

  Secret password_;
  // The first of two rounds is the slow one (60,000 iterations), and the same for every login of a
  // user.
  std::string first_salt_;  // with its count of iterations
  std::string first_hash_;
};

}  // namespace boxmeter::fritzbox
