#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// The outcome of one turn (poll cycle) of a device: all queries that were due are asked, one after
/// the other.  A value.
struct Turn {
  bool asked = true;     // something was sent; if not, the turn says nothing about the device
  bool reached = false;  // some query got an answer of a box of this kind, a refusal included
  bool refused_login = false;
  std::optional<Failure> failure = {};      // of the device, not of one query: why it was not
                                            // reached, or that it refused the login
  std::vector<std::string> abandoned = {};  // due queries that were not asked any more
  Clock::duration took{};                   // from its first request to its last answer
  Clock::duration lag{};                    // started this much later than planned
  std::uint64_t skipped = 0;                // polls that were due and have been skipped
  std::uint64_t logins = 0;                 // of the device so far
  Reply permissions = Reply::object();      // Device::permissions()
  Clock::time_point ended{};
  Clock::time_point next{};  // not asked again before; time_point(): not known
  /// When each query that was due in this turn is due again, if nothing holds the device back.
  std::vector<std::pair<std::string, Clock::time_point>> due = {};
  /// Metrics that the box gave before its firmware changed, and does not give since.
  std::vector<std::string> gone = {};

  bool is_up() const { return reached && !refused_login; }
};

}  // namespace boxmeter
