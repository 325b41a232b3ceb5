#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metric/model.h"

// When to ask.  Pure: time comes in as an argument, and chance too.
namespace boxmeter {

/// What a poll cost the others of its turn.
enum class Cost {
  none,
  order,  // it may have kept them from being asked: it comes behind them until it answers
  time,   // it did, by itself: it is also asked less often until it answers
};

/// When each query of one device is next due.  The first poll of all of them is at once; from the
/// second on they keep a fixed rate on a grid whose phase is a stable hash of the device's name, so
/// that many devices spread over the interval and queries of one device still meet in one turn.
class Schedule {
 public:
  Schedule(std::string_view device, const std::vector<Clock::duration>& intervals,
           Clock::time_point start);

  Clock::time_point next_due() const;
  /// Of one query, whatever holds the device back.
  Clock::time_point next_due(std::size_t query) const { return slots_[query].due; }
  /// Those that are due, by how often in a row they have failed, then as configured: one that times
  /// out each time cannot keep the others from being asked.
  std::vector<std::size_t> due(Clock::time_point now) const;

  /// Whether the query is due by `then`, whatever holds the device.
  bool is_due(std::size_t query, Clock::time_point then) const { return slots_[query].due <= then; }

  /// Ends a poll.  Ticks that passed meanwhile are skipped, never replayed; returns how many.
  std::uint64_t done(std::size_t query, Clock::time_point now, Cost cost);

  /// From now on other queries, all of them due at once; a hold stays.
  void change(const std::vector<Clock::duration>& intervals, Clock::time_point now);

  /// The device did not answer: nothing is due before `until`.
  void hold(Clock::time_point until);

 private:
  struct Slot {
    Clock::duration interval;
    Clock::duration phase;
    Clock::time_point due;
    unsigned failures = 0;
  };
  std::chrono::milliseconds spread_;  // of the device
  Clock::time_point start_;
  Clock::time_point held_until_;
  std::vector<Slot> slots_;
};

/// How long to leave a device or query alone that failed `failures` times in a row: doubles from
/// the interval to max(interval, 60 s); `chance` in [0, 1) takes up to a tenth off, so that boxes
/// that died together do not come back together.
Clock::duration backoff(Clock::duration interval, unsigned failures, double chance);

/// After a refused login: a box counts failed logins and locks the user out.
constexpr Clock::duration kLoginBackoff = std::chrono::minutes(5);

}  // namespace boxmeter
