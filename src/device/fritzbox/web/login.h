#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

// The login at a box's web server, login_sid.lua (AVM, "Technical Note - Session ID",
// https://fritz.com/fileadmin/user_upload/Global/Service/Schnittstellen/AVM_Technical_Note_-_Session_ID.pdf).
// No I/O; a ChallengeResponder is used by one thread at a time.
namespace boxmeter::fritzbox {

/// The answer of login_sid.lua, before and after a login.
struct SessionInfo {
  Secret sid = {};  // empty: there is no session
  std::string challenge = {};
  std::chrono::seconds block_time{0};    // until the box accepts another login
  std::vector<std::string> rights = {};  // "HomeAuto", "BoxAdmin", ...: of the user logged in
  std::string last_user = {};            // who logged in last; empty: the box does not say
};

/// Throws Error{protocol}, Error{too_large}.
SessionInfo parse_session_info(std::string_view body);

/// Computes the responses to challenges with one password.
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
  // Of the two rounds the first is slow (60,000 iterations) and the same for every login of a user,
  // so its result is kept.
  std::string first_salt_;  // with the number of iterations
  std::string first_hash_;
};

}  // namespace boxmeter::fritzbox
