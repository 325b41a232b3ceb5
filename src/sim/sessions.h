#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/guarded.h"
#include "base/secret.h"

namespace boxmeter::sim {

/// The login of a Freebox: challenges, the passwords computed from them, and sessions.  Any thread.
class Sessions {
 public:
  /// A session is valid for `uses` requests (0: any number); challenges and tokens are derived from
  /// `seed`.
  Sessions(std::string app_id, Secret app_token, std::uint64_t uses, std::uint64_t seed);

  /// A new challenge; the last 16 are valid, each for one login.
  std::string challenge();
  /// Opens a session; returns its token, or empty for a wrong password.  `app_token` is that of a
  /// registered application; empty: that of the application given to the constructor.
  std::string open(const std::string& app_id, const std::string& password,
                   const std::string& app_token = {});
  /// Whether the session with this token is open; counts as one request.
  bool use(const std::string& token);
  void close(const std::string& token);
  /// Invalidates all sessions and challenges.
  void expire();

 private:
  struct State {
    std::deque<std::string> challenges;
    std::unordered_map<std::string, std::uint64_t> uses;  // by token
    std::deque<std::string> order;
    std::uint64_t issued = 0;
  };

  std::string app_id_;
  Secret app_token_;
  std::uint64_t uses_;
  std::uint64_t seed_;
  Guarded<State> state_;
};

}  // namespace boxmeter::sim
