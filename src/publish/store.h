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

/// What a scrape needs, copied, never changed.  Fragments are in the order of devices and queries
/// in the configuration, and no series is in two of them.
struct View {
  std::uint64_t generation = 0;        // increases with every change that may be visible
  Clock::time_point valid_until = {};  // when the first fragment expires; max() if none does
  std::vector<FragmentPtr> fragments = {};
  std::shared_ptr<const std::vector<FamilyPtr>> families = {};  // indexed by FamilyId
};

/// The configuration of a device, as far as the store needs it.
struct PolledDevice {
  std::string device = {};
  std::string kind = {};
  std::string page = {};  // the URL of the box's own web pages; empty: not known
  Labels labels = {};     // extra ones, on every series of the device
  std::chrono::milliseconds interval{};
  /// False: only probes ask it.  Then its series are in view_of() only: view() and listeners do not
  /// get them.
  bool polled = true;
  struct Query {
    std::string name = {};
    std::chrono::milliseconds interval{};
    /// The families that it can give; nullopt: not known.
    std::optional<std::vector<FamilyPtr>> families = {};
  };
  std::vector<Query> queries = {};  // in the order of the configuration
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
    std::optional<WallClock::time_point> next = {};  // when it is asked again
    /// The box refuses it: it is not asked again before this; max(): it is asked as usual.
    Clock::time_point ask_again = Clock::time_point::max();
  };
  std::string name = {};
  std::string kind = {};
  std::string page = {};                           // PolledDevice's
  std::optional<WallClock::time_point> next = {};  // when it is asked again
  bool polled = true;                              // false: only probes ask it
  bool answered = false;                           // at least one turn has ended, successful or not
  bool up = false;
  std::optional<WallClock::time_point> last_success = {};
  std::optional<Failure> failure = {};               // of the last turn
  std::optional<WallClock::time_point> failed = {};  // when a turn last failed
  std::uint64_t polls = 0, skipped = 0, logins = 0;
  Reply permissions = Reply::object();  // see Device::permissions()
  std::chrono::duration<double> lag{};  // how much later than planned the last turn started
  std::chrono::duration<double> took{};
  std::map<ErrorKind, std::uint64_t> failures = {};
  std::size_t series = 0;
  std::map<std::string, std::uint64_t> dropped = {};
  std::uint64_t cut = 0;               // label values that were too long and shortened
  std::vector<std::string> gone = {};  // metrics that it no longer gives since its firmware changed
  std::vector<Query> queries = {};
};

/// What the web pages need of a device, copied under its lock.
struct DeviceView {
  /// The series of a query that are shown: without those that earlier queries give too.
  struct Shown {
    std::string query = {};
    FragmentPtr fragment = {};
  };
  DeviceStatus status = {};
  std::vector<Shown> shown = {};
  History history = {};
  std::uint64_t changed = 0;       // the generation of its last change
  Clock::time_point expired = {};  // when a value of it last expired
};

/// The views of all devices, or of one.
struct DeviceViews {
  std::uint64_t generation = 0;          // later changes have a higher one
  std::uint64_t configured = 0;          // the generation of the last update()
  std::vector<DeviceView> devices = {};  // in the order of the configuration
  std::shared_ptr<const std::vector<FamilyPtr>> families = {};  // indexed by FamilyId
};

/// The newest snapshots of all devices, rendered.  The poller's workers write; scrapes, pages and
/// sinks read.  Any thread: slow work is done under the lock of one device, or without one.  Never
/// throws Error.
class Store {
 public:
  using Listener = std::function<void(const SnapshotPtr&)>;

  explicit Store(const std::vector<PolledDevice>& devices);

  /// Replaces the configured devices.  Missing ones disappear at once.  For a device named in
  /// `same` (still the same physical box) counters, status and samples are kept for the queries
  /// that remain.  One call at a time.
  void update(const std::vector<PolledDevice>& devices, const std::set<std::string>& same);

  /// `listener` is called for every recorded snapshot, in the thread that records it; it must not
  /// block. To be called before the first record().
  void add_listener(Listener listener);

  /// Stores the outcome of one query.  A failed poll leaves the older samples in place until they
  /// expire; unsupported, denied or idle removes them at once.  If several queries of a device give
  /// the same series, that of the first one in the configuration is shown until it expires,
  /// whichever was asked first; those of the others are counted as dropped ("duplicate").  A device
  /// or query that is not configured is ignored, but listeners still receive the snapshot.
  void record(const SnapshotPtr& snapshot);
  /// Stores how a turn of a device went; ignored for a device that is not configured.
  void end_turn(const std::string& name, const Turn& turn);

  /// What is shown at `now`.  The samples of a query expire 3 of its intervals after it was asked.
  /// While a device is down, the samples of all its queries also expire 3 device intervals after
  /// its last good turn.  The device's own health metrics are always included.
  View view(Clock::time_point now) const;
  /// The same for pages, of all devices, or only of the one with that name.
  DeviceViews device_views(Clock::time_point now, const std::string& name = {}) const;
  /// The same for a probe: of one device, polled or not, and only of these queries; empty if the
  /// device is not configured.
  View view_of(const std::string& name, const std::set<std::string>& queries,
               Clock::time_point now) const;
  /// The generation of a view() made now; cheap, to see whether a cached page is up to date.
  std::uint64_t generation() const { return generation_; }
  std::vector<DeviceStatus> devices() const;
  /// Whether every polled device has ended its first turn, or had before an update() added devices.
  bool complete() const;

 private:
  /// The newest answer to one query.
  struct Given {
    FragmentPtr all = {};
    FragmentPtr shown = {};                // without the series that earlier queries give too
    Clock::time_point until = {};          // when it expires
    Clock::time_point decided_until = {};  // `shown` holds until an earlier query's answer expires
  };
  /// The part of a device that changes with every poll.
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
  template <typename Use>
  static void for_each_shown(const Device& device, const Current& current, Clock::time_point now,
                             Use use);
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
