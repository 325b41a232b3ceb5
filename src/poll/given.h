#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// Names of metrics, by query.
using MetricNames = std::map<std::string, std::set<std::string>>;
/// Never null, never changed.  Boxes that give the same share one: the names of a default pack take
/// ten kilobytes, and a fleet is a few models.
using SharedNames = std::shared_ptr<const MetricNames>;
SharedNames share(MetricNames names);

/// What a turn keeps of a snapshot until it ends: neither the reply nor the values, which for all
/// queries of a box together are a multiple of what is kept of it.
struct QueryOutcome {
  std::string query = {};
  Support support = Support::supported;
  std::optional<Failure> failure = {};
  std::vector<Failure> problems = {};
  std::vector<FamilyPtr> given = {};  // with at least one point
};
QueryOutcome told_by(const Snapshot& snapshot);

/// Which metrics one box gives, and which of them went with a change of its firmware.  Values in,
/// values out; one thread at a time.  Never throws Error.
class GivenMetrics {
 public:
  /// What is kept over our own restarts.
  struct Known {
    std::string firmware = {};
    SharedNames given = share({});  // ever, under that firmware
    // What the firmware before gave and this one has not given yet; nothing after kRemembered.
    std::string firmware_before = {};
    SharedNames missing = share({});
    WallClock::time_point changed = {};
    friend bool operator==(const Known& a, const Known& b) {
      return a.firmware == b.firmware && *a.given == *b.given &&
             a.firmware_before == b.firmware_before && *a.missing == *b.missing &&
             a.changed == b.changed;
    }
  };

  /// A box that has just restarted knows little (its line is not in sync yet): so many answers of a
  /// query are waited for before anything is called gone.
  static constexpr unsigned kAnswers = 10;
  /// Then nobody is told of it any more: a firmware may well mean it.
  static constexpr auto kRemembered = std::chrono::hours(24 * 7);

  void recall(Known known) { known_ = std::move(known); }
  const Known& known() const { return known_; }

  /// The outcomes of a turn under that firmware; an empty one is not known (yet), and then they say
  /// nothing.
  void see(const std::vector<QueryOutcome>& outcomes, const std::string& firmware,
           WallClock::time_point now);

  /// Metrics that are gone, in alphabetical order.
  std::vector<std::string> gone() const;

 private:
  void begin(const std::string& firmware, WallClock::time_point now);
  void learn(const std::vector<const QueryOutcome*>& outcomes);

  Known known_;
  // By query that misses some, since the change or our start.
  std::map<std::string, unsigned> answers_;
};

}  // namespace boxmeter
