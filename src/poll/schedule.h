#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metric/model.h"

// When to ask.  Pure: time and random numbers are arguments.
namespace boxmeter {

/// What the outcome of a query costs it until it is answered again, so that it does not keep the
/// other queries of its device from being asked.
enum class Penalty {
  none,
  asked_last,  // after the others of its turn: it may have kept them from being asked
  less_often,  // and with a growing interval: it alone ended the turn
};

/// When each query of one device is next due.  The first poll of all of them is at once; from the
/// second on they keep a fixed rate on a grid whose phase is a stable hash of the device's name, so
/// that many devices spread over the interval and queries of one device still meet in one turn.
class Schedule {
 public:
  Schedule(std::string_view device, const std::vector<Clock::duration>& intervals,
           Clock::time_point start);

  Clock::time_point next_due() const;
  /// Of one query, whether or not the device is held.
  Clock::time_point next_due(std::size_t query) const { return slots_[query].due; }
  /// Those that are due, by how often in a row they have failed, then as configured: one that times
  /// out each time cannot keep the others from being asked.
  std::vector<std::size_t> due(Clock::time_point now) const;

  /// Whether the query is due by `then`, whether or not the device is held.
  bool is_due(std::size_t query, Clock::time_point then) const { return slots_[query].due <= then; }

  /// Ends a poll.  Ticks that passed meanwhile are skipped, never replayed; returns how many.
  std::uint64_t done(std::size_t query, Clock::time_point now, Penalty penalty);

  /// Replaces the queries; all are due at once.  A hold stays.
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
/// the interval to max(interval, 60 s); `chance`, a random number in [0, 1), takes off up to a
/// tenth, so that boxes that failed at the same time are not asked at the same time.
Clock::duration backoff(Clock::duration interval, unsigned failures, double chance);

/// How long to wait after a refused login: a box locks a user out after several.
constexpr Clock::duration kLoginBackoff = std::chrono::minutes(5);

}  // namespace boxmeter
