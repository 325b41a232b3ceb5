#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "sim/box.h"

namespace boxmeter::sim {

/// login_sid.lua, as strict as the box: a challenge is good for one answer, a wrong answer blocks
/// all logins for a time that doubles, an unknown session id ends all sessions.  Any thread.
class WebLogin {
 public:
  using Time = std::chrono::steady_clock::time_point;

  WebLogin(const BoxOptions& options, Stats& stats);

  /// One exchange: what a login page with these parameters answers.  `refuse`: whatever they are.
  std::string answer(const http::ServerRequest& request, bool refuse, Time now);

  /// Whether `sid` is of an open session; counts as a use of it.
  bool use(const std::string& sid);

  /// Forgets all sessions and challenges, as a box does that restarts.
  void expire();

 private:
  struct State {
    std::deque<std::string> challenges;
    std::deque<std::pair<std::string, std::uint64_t>> sessions;  // id, uses
    Time blocked_until = {};
    std::chrono::seconds block{0};  // the last one
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
