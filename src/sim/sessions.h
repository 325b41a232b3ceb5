#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/guarded.h"
#include "base/secret.h"

namespace boxmeter::sim {

/// The login of a Freebox: challenges, passwords made from them, session tokens.  Any thread.
class Sessions {
 public:
  /// A session is good for `uses` requests (0: any number); `seed` decides challenges and tokens.
  Sessions(std::string app_id, Secret app_token, std::uint64_t uses, std::uint64_t seed);

  /// A new challenge; the newest 16 are good, each for one login.
  std::string challenge();
  /// The token of a new session; empty when the password is none of the good ones.  `app_token` is
  /// the one of an application that was registered; empty: only the first one is known.
  std::string open(const std::string& app_id, const std::string& password,
                   const std::string& app_token = {});
  /// Whether `token` is of an open session; counts as a use of it.
  bool use(const std::string& token);
  void close(const std::string& token);
  /// Forgets all sessions and challenges.
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
