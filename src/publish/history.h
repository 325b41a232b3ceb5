#pragma once
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// What one answer of a box says of its internet traffic; "down" is what the box receives.
struct Traffic {
  std::optional<double> down_rate = {}, up_rate = {};    // bytes per second
  std::optional<double> down_bytes = {}, up_bytes = {};  // counters
  bool empty() const { return !down_rate && !up_rate && !down_bytes && !up_bytes; }
};

/// Out of the common vocabulary: box_wan_receive_rate_bytes_per_second and so on.  Pure.
Traffic traffic_of(const std::vector<Series>& all);

/// The internet traffic of one box: its rates over the last hour, and the volume of this day as far
/// as it is known.  A value of kMostBytes at most, however long it is fed: a hundred bytes, and the
/// ring of the last hour from the first traffic on.  Throws nothing of ours.
class History {
 public:
  static constexpr std::chrono::seconds kStep{30};
  static constexpr std::int64_t kSteps = 120;  // an hour

  /// Itself, and what it has allocated.
  static constexpr std::size_t kMostBytes = 1100;
  std::size_t bytes() const { return sizeof *this + steps_.capacity() * sizeof(Rates); }

  struct Rates {  // bytes per second; NaN: not known
    float down = std::numeric_limits<float>::quiet_NaN();
    float up = std::numeric_limits<float>::quiet_NaN();
  };
  struct Volume {
    double down = 0, up = 0;           // bytes
    WallClock::time_point since = {};  // counted from then on
    bool whole_day = false;            // that was midnight
  };

  /// A rate that the box does not tell is made of its counters.
  void add(const Traffic& traffic, Clock::time_point asked, WallClock::time_point answered);

  /// The last hour as seen at `now`, one step each, the oldest first; empty: nothing is known.
  std::vector<Rates> last_hour(Clock::time_point now) const;
  /// Of the day (local time) that `now` is in.
  std::optional<Volume> today(WallClock::time_point now) const;

 private:
  struct Counters {
    double down = 0, up = 0;
    Clock::time_point asked = {};
    WallClock::time_point answered = {};
  };
  void add_rates(Rates rates, Clock::time_point asked);
  void add_volume(const Counters& now);

  std::vector<Rates> steps_ = {};  // a ring; empty before the first
  std::int64_t newest_ = 0;        // number of the newest step since the clock's start
  unsigned in_newest_ = 0;         // so many rates are averaged in it
  std::optional<Counters> counters_ = {};
  Volume volume_ = {};
};

}  // namespace boxmeter
