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
/// Never null, immutable.  Boxes that give the same metrics share one: the names of a default pack
/// take ten kilobytes, and a fleet has few models.
using SharedNames = std::shared_ptr<const MetricNames>;
/// The one object for equal names.  Any thread.
SharedNames interned(MetricNames names);

/// What is needed of a snapshot at the end of the turn.  The snapshots themselves, with replies and
/// values, would take a multiple of the memory.
struct QueryOutcome {
  std::string query = {};
  Support support = Support::supported;
  std::optional<Failure> failure = {};
  std::vector<Failure> problems = {};
  std::vector<FamilyPtr> given = {};  // with at least one point
};
QueryOutcome outcome_of(const Snapshot& snapshot);

/// Which metrics one box gives, and which of them are gone since its firmware changed.  No side
/// effects; one thread at a time; never throws Error.
class MetricInventory {
 public:
  /// What is kept over our own restarts.
  struct Contents {
    std::string firmware = {};
    SharedNames given = interned({});  // ever, under that firmware
    // What the firmware before gave and this one has not given yet; nothing after kRemembered.
    std::string firmware_before = {};
    SharedNames missing = interned({});
    WallClock::time_point changed = {};
    friend bool operator==(const Contents& a, const Contents& b) {
      return a.firmware == b.firmware && *a.given == *b.given &&
             a.firmware_before == b.firmware_before && *a.missing == *b.missing &&
             a.changed == b.changed;
    }
  };

  /// Answers of a query to wait for before any of its metrics is called gone: a box that has just
  /// restarted gives few (its line is not in sync yet).
  static constexpr unsigned kAnswers = 10;
  /// After that, metrics are no longer called gone: the new firmware does not have them.
  static constexpr auto kRemembered = std::chrono::hours(24 * 7);

  void restore(Contents contents) { contents_ = std::move(contents); }
  const Contents& contents() const { return contents_; }

  /// Adds the outcomes of a turn under that firmware.  Ignored while the firmware is not known
  /// (empty).
  void add(const std::vector<QueryOutcome>& outcomes, const std::string& firmware,
           WallClock::time_point now);

  /// Metrics that are gone, in alphabetical order.
  std::vector<std::string> gone() const;

 private:
  void start_firmware(const std::string& firmware, WallClock::time_point now);
  void learn(const std::vector<const QueryOutcome*>& outcomes);

  Contents contents_;
  // How often each query with missing metrics was answered since the change, or our start.
  std::map<std::string, unsigned> answers_;
};

}  // namespace boxmeter
