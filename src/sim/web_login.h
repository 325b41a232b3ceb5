#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "sim/box.h"

namespace boxmeter::sim {

/// login_sid.lua, as strict as a real box: a challenge is valid for one response, a wrong response
/// blocks all logins for a time that doubles, an unknown session id ends all sessions.  Any thread.
class WebLogin {
 public:
  using Time = std::chrono::steady_clock::time_point;

  WebLogin(const BoxOptions& options, Stats& stats);

  /// The body for a request to login_sid.lua.  `refuse`: no login is accepted.
  std::string answer(const http::ServerRequest& request, bool refuse, Time now);

  /// Whether the session with this id is open; counts as one request.
  bool use(const std::string& sid);

  /// Invalidates all sessions and challenges, as a restart does.
  void expire();

 private:
  struct State {
    std::deque<std::string> challenges;
    std::deque<std::pair<std::string, std::uint64_t>> sessions;  // id, uses
    Time blocked_until = {};
    std::chrono::seconds block{0};  // the length of the last block
    std::uint64_t issued = 0;
  };

  std::string challenge(State& state, bool version2) const;
  std::string open(State& state, const std::string& username, const std::string& response,
                   bool refuse, Time now) const;
  std::string expected(const std::string& challenge) const;
  std::string session_info(const State& state, const std::string& sid, const std::string& challenge,
                           Time now) const;

  const BoxOptions& options_;
  Stats& stats_;
  Guarded<State> state_;
};

}  // namespace boxmeter::sim
