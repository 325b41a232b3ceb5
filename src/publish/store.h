#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "metric/model.h"
#include "metric/turn.h"
#include "publish/fragment.h"
#include "publish/history.h"

namespace boxmeter {

/// What a scrape needs, frozen.  Fragments are ordered by device and query as configured, and no
/// series is in two of them.
struct View {
  std::uint64_t generation = 0;        // increases whenever what is shown may have changed
  Clock::time_point valid_until = {};  // when the first fragment expires; max() if none does
  std::vector<FragmentPtr> fragments = {};
  std::shared_ptr<const std::vector<FamilyPtr>> families = {};  // indexed by FamilyId
};

/// What the store must know of a device before its first poll.
struct PolledDevice {
  std::string device = {};
  std::string kind = {};
  std::string page = {};  // where a person looks at it in a browser; empty: nowhere
  Labels labels = {};     // extra ones, on every series of the device
  std::chrono::milliseconds interval{};
  /// False: it is asked by probes alone, whose answers it is seen in; never by view() or listeners.
  bool polled = true;
  struct Query {
    std::string name = {};
    std::chrono::milliseconds interval{};
    /// What it may give; without: anything, so that every line has to be told apart.
    std::optional<std::vector<FamilyPtr>> families = {};
  };
  std::vector<Query> queries = {};  // in the order of the configuration: the earlier wins
};

/// The state of a device, for people: /devices, the landing page, `once`.
struct DeviceStatus {
  struct Query {
    std::string name = {};
    Support support = Support::supported;
    bool asked = false;
    bool up = false;
    std::optional<WallClock::time_point> last_success = {};
    std::chrono::duration<double> took{};
    std::optional<Failure> failure = {};
    std::size_t series = 0;
    std::optional<WallClock::time_point> next = {};  // asked again then
    /// The box refuses it, and nothing of it is asked before; max(): it is asked in its turn.
    Clock::time_point ask_again = Clock::time_point::max();
  };
  std::string name = {};
  std::string kind = {};
  std::string page = {};                           // PolledDevice's
  std::optional<WallClock::time_point> next = {};  // asked again then
  bool polled = true;                              // else it is asked by probes alone
  bool answered = false;                           // at least one turn has ended, successful or not
  bool up = false;
  std::optional<WallClock::time_point> last_success = {};
  std::optional<Failure> failure = {};  // the newest of the device
  std::optional<WallClock::time_point> failed = {};
  std::uint64_t polls = 0, skipped = 0, logins = 0;
  Reply permissions = Reply::object();  // as the box tells them; empty: it has not (yet)
  std::chrono::duration<double> lag{};  // the last turn started this much later than planned
  std::chrono::duration<double> took{};
  std::map<ErrorKind, std::uint64_t> failures = {};
  std::size_t series = 0;
  std::map<std::string, std::uint64_t> dropped = {};
  std::uint64_t cut = 0;               // label values that show only their start
  std::vector<std::string> gone = {};  // metrics, since its firmware changed
  std::vector<Query> queries = {};
};

/// What people are shown of a device, copied while nobody changes it.
struct DeviceSight {
  /// What a query gives at the moment, without what earlier ones give.
  struct Shown {
    std::string query = {};
    FragmentPtr fragment = {};
  };
  DeviceStatus status = {};
  std::vector<Shown> shown = {};
  History history = {};
  std::uint64_t changed = 0;       // the generation that its last change made
  Clock::time_point expired = {};  // when the latest of its values that are gone expired
};

/// Of all devices, or of one.
struct Sights {
  std::uint64_t generation = 0;           // what changes later has a higher one
  std::uint64_t configured = 0;           // the generation that the last update() made
  std::vector<DeviceSight> devices = {};  // as configured
  std::shared_ptr<const std::vector<FamilyPtr>> families = {};  // indexed by FamilyId
};

/// The newest snapshots, rendered.  Workers write, sinks and scrapes read; neither knows of the
/// other.  Any thread: what is slow is done under a lock of the device alone, or under none.
/// Never throws Error.
class Store {
 public:
  using Listener = std::function<void(const SnapshotPtr&)>;

  explicit Store(const std::vector<PolledDevice>& devices);

  /// Replaces the configured devices.  Missing ones disappear at once.  For a device named in
  /// `same` (still the same physical box) counters, status and samples are kept for the queries
  /// that remain.  One call at a time.
  void update(const std::vector<PolledDevice>& devices, const std::set<std::string>& same);

  /// Called for every recorded snapshot, in the thread that recorded it; must not wait.  Before the
  /// first record() only.
  void add_listener(Listener listener);

  /// Takes over the outcome of one query.  A failed poll leaves the older samples in place until
  /// they expire; unsupported, denied or idle removes them at once.  If several queries of a device
  /// give the same series, the query that stands first in the configuration is shown until its
  /// answer expires, whichever was asked first; the others are counted as dropped ("duplicate").  A
  /// device or query that is not configured is ignored, but listeners still receive the snapshot.
  void record(const SnapshotPtr& snapshot);
  void end_turn(const std::string& name, const Turn& turn);

  /// What is shown at `now`.  The samples of a query expire 3 of its intervals after it was asked.
  /// While a device is down, the samples of all its queries also expire 3 device intervals after
  /// its last good turn.  The device's own health metrics are always included.
  View view(Clock::time_point now) const;
  /// What is shown at `now`; of the device with that name alone when it is not empty.
  Sights sights(Clock::time_point now, const std::string& name = {}) const;
  /// Of one device alone, polled or not, and of what it gave only that of these queries; nothing
  /// for one that is not known.
  View view_of(const std::string& name, const std::set<std::string>& queries,
               Clock::time_point now) const;
  /// Of the newest view: cheap, to see whether a kept page is still true.
  std::uint64_t generation() const { return generation_; }
  std::vector<DeviceStatus> devices() const;
  /// Every polled device has ended its first turn, or had so before an update.
  bool complete() const;

 private:
  /// The newest answer to one query.
  struct Given {
    FragmentPtr all = {};
    FragmentPtr shown = {};                // without what earlier queries give
    Clock::time_point until = {};          // expires then
    Clock::time_point decided_until = {};  // then an earlier query's answer expires
  };
  /// What changes of a device.
  struct Current {
    DeviceStatus status = {};
    std::vector<Given> given = {};  // per query; without fragments before the first answer
    FragmentPtr health = {};
    Clock::time_point last_good = {};
    History history = {};
    std::uint64_t changed = 0;  // generation
  };
  struct Query {
    std::string name = {};
    Clock::duration interval = {};
    friend bool operator==(const Query&, const Query&) = default;
  };
  struct Device {
    SharedLabels labels = {};  // never null
    Clock::duration interval = {};
    bool polled = true;
    std::vector<Query> queries = {};
    ContestedFamilies contested = {};
    Guarded<Current> current = {};
  };
  using DevicePtr = std::shared_ptr<Device>;
  /// Replaced, never changed.
  struct Devices {
    std::vector<DevicePtr> all = {};  // as configured
    std::map<std::string, DevicePtr> by_name = {};
  };

  std::shared_ptr<const Devices> known() const;
  DevicePtr find(const std::string& name) const;
  DevicePtr new_device(const PolledDevice& polled) const;
  void inherit(const Device& before, Device& device) const;
  bool is_newly_contested(const Fragment& fragment, const Device& before,
                          const Device& device) const;
  template <typename Wanted>
  static void show(const Device& device, Clock::time_point now, View& view, Wanted wanted);
  FragmentPtr render_health(const Device& device, const DeviceStatus& status) const;
  static void count(Current& current, std::size_t query, const Snapshot& snapshot);
  template <typename Take>
  static void take_shown(const Device& device, const Current& current, Clock::time_point now,
                         Take take);
  static void decide(std::vector<Given>& given, std::size_t query, Clock::time_point now);
  static SeriesHashes taken_before(const std::vector<Given>& given, std::size_t query,
                                   Clock::time_point now);

  mutable FamilyNumbers numbers_;
  Guarded<std::shared_ptr<const Devices>> devices_;  // never null
  mutable std::atomic<bool> was_complete_ = false;
  std::atomic<std::uint64_t> generation_ = 1;
  std::atomic<std::uint64_t> configured_ = 1;
  std::vector<Listener> listeners_;
};

}  // namespace boxmeter
