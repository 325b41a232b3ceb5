#pragma once
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// The internet traffic in one snapshot; "down" is what the box receives.
struct Traffic {
  std::optional<double> down_rate = {}, up_rate = {};    // bytes per second
  std::optional<double> down_bytes = {}, up_bytes = {};  // counters
  bool empty() const { return !down_rate && !up_rate && !down_bytes && !up_bytes; }
};

/// From the common metrics: box_wan_receive_rate_bytes_per_second and so on.  Pure.
Traffic traffic_of(const std::vector<Series>& all);

/// The internet traffic of one box: its rates in the last hour, and its volume today as far as that
/// is known.  Takes kMostBytes of memory at most, for ever: 100 bytes, and from the first traffic
/// on the ring buffer of the last hour.  A value; one thread at a time.  Never throws Error.
class History {
 public:
  static constexpr std::chrono::seconds kStep{30};
  static constexpr std::int64_t kSteps = 120;  // an hour

  /// Of the object itself and what it has allocated.
  static constexpr std::size_t kMostBytes = 1100;
  std::size_t bytes() const { return sizeof *this + steps_.capacity() * sizeof(Rates); }

  struct Rates {  // bytes per second; NaN: not known
    float down = std::numeric_limits<float>::quiet_NaN();
    float up = std::numeric_limits<float>::quiet_NaN();
  };
  struct Volume {
    double down = 0, up = 0;           // bytes
    WallClock::time_point since = {};  // when counting began
    bool whole_day = false;            // `since` is midnight
  };

  /// A rate that the box does not report is computed from its counters.
  void add(const Traffic& traffic, Clock::time_point asked, WallClock::time_point answered);

  /// The hour before `now`, one entry per kStep, the oldest first; empty: nothing is known.
  std::vector<Rates> last_hour(Clock::time_point now) const;
  /// The volume of the day (local time) of `now`; nullopt: not known.
  std::optional<Volume> today(WallClock::time_point now) const;

 private:
  struct Counters {
    double down = 0, up = 0;
    Clock::time_point asked = {};
    WallClock::time_point answered = {};
  };
  void add_rates(Rates rates, Clock::time_point asked);
  void add_volume(const Counters& now);

  std::vector<Rates> steps_ = {};  // a ring buffer; empty until the first traffic
  std::int64_t newest_ = 0;        // the newest step, counted from the clock's epoch
  unsigned in_newest_ = 0;         // number of rates whose mean it is
  std::optional<Counters> counters_ = {};
  Volume volume_ = {};
};

}  // namespace boxmeter
