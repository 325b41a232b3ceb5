#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metric/model.h"

// When to ask.  Time and random numbers are arguments.  One thread at a time.
namespace boxmeter {

/// What the outcome of a query costs it until a poll of it ends without a penalty, so that it does
/// not keep the other queries of its device from being asked.
enum class Penalty {
  none,
  asked_last,  // after the others of its turn: it may have kept them from being asked
  less_often,  // and with an interval that doubles up to 60 s: others of the turn were answered
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
  /// Those that are due, by how many penalties in a row they had, then as configured: one that
  /// times out each time cannot keep the others from being asked.
  std::vector<std::size_t> due(Clock::time_point now) const;

  /// Whether the query is due by `then`, whether or not the device is held.
  bool is_due(std::size_t query, Clock::time_point then) const { return slots_[query].due <= then; }

  /// Ends a poll.  Ticks that passed meanwhile are skipped, never replayed; returns how many.
  std::uint64_t done(std::size_t query, Clock::time_point now, Penalty penalty);

  /// Replaces the queries; all are due at once.  A hold stays.
  void change(const std::vector<Clock::duration>& intervals, Clock::time_point now);

  /// The device did not answer, or refused the login: nothing is due before `until`, nor before
  /// the end of an earlier hold.
  void hold(Clock::time_point until);
  /// Ends a hold.
  void release(Clock::time_point now);

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
