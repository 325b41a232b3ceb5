#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// Names of metrics, by query.
using MetricNames = std::map<std::string, std::set<std::string>>;

/// Which metrics one box gives, and which of them went with a change of its firmware.  Values in,
/// values out; one thread at a time.  Never throws Error.
class GivenMetrics {
 public:
  /// What is kept over our own restarts.
  struct Known {
    std::string firmware = {};
    MetricNames given = {};  // ever, under that firmware
    // What the firmware before gave and this one has not given yet; nothing after kRemembered.
    std::string firmware_before = {};
    MetricNames missing = {};
    WallClock::time_point changed = {};
    friend bool operator==(const Known&, const Known&) = default;
  };

  /// A box that has just restarted knows little (its line is not in sync yet): so many answers of a
  /// query are waited for before anything is called gone.
  static constexpr unsigned kAnswers = 10;
  /// Then nobody is told of it any more: a firmware may well mean it.
  static constexpr auto kRemembered = std::chrono::hours(24 * 7);

  void recall(Known known) { known_ = std::move(known); }
  const Known& known() const { return known_; }

  /// The outcome of a query under that firmware; an empty one is not known (yet), and then the
  /// outcome says nothing.
  void see(const Snapshot& snapshot, const std::string& firmware, WallClock::time_point now);

  /// Metrics that are gone, in alphabetical order.
  std::vector<std::string> gone() const;

 private:
  Known known_;
  std::map<std::string, unsigned> answers_;  // by query, since the change or our start
};

}  // namespace boxmeter
