#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "metric/model.h"
#include "metric/turn.h"

namespace boxmeter {

/// Dense number of a family in one store, in the order of first sight.
using FamilyId = std::uint32_t;

/// The sample lines of one query on one device (or of our own health of it), rendered once per
/// poll: both formats share them.  A slice is the consecutive lines of one family.
struct Fragment {
  struct Slice {
    FamilyId family = 0;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
  };
  std::string text = {};
  std::vector<Slice> slices = {};
};
using FragmentPtr = std::shared_ptr<const Fragment>;

/// What a scrape needs, frozen.  Fragments are ordered by device and query as configured.
struct View {
  std::uint64_t generation = 0;        // rises with every change of what is shown
  Clock::time_point valid_until = {};  // when the first of the fragments expires
  std::vector<FragmentPtr> fragments = {};
  std::shared_ptr<const std::vector<FamilyPtr>> families = {};  // indexed by FamilyId
};

/// What the store must know of a device before its first poll.
struct Registration {
  std::string device = {};
  std::string kind = {};
  Labels labels = {};  // extra ones, on every series of the device
  std::chrono::milliseconds interval{};
  struct Query {
    std::string name = {};
    std::chrono::milliseconds interval{};
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
  };
  std::string name = {};
  std::string kind = {};
  bool answered = false;  // a turn has ended, well or not
  bool up = false;
  std::optional<WallClock::time_point> last_success = {};
  std::optional<Failure> failure = {};  // the newest of the device
  std::optional<WallClock::time_point> failed = {};
  std::uint64_t polls = 0, skipped = 0, logins = 0;
  Reply permissions = Reply::object();  // as the box tells them; empty: it has not (yet)
  std::chrono::duration<double> lag{};
  std::map<ErrorKind, std::uint64_t> failures = {};
  std::size_t series = 0;
  std::map<std::string, std::uint64_t> dropped = {};
  std::vector<Query> queries = {};
};

/// The newest snapshots, rendered.  Workers write, sinks and scrapes read; neither knows of the
/// other.  Any thread.  Never throws Error.
class Store {
 public:
  using Listener = std::function<void(const SnapshotPtr&)>;

  explicit Store(std::vector<Registration> devices);

  /// Called for every recorded snapshot, in the thread that recorded it; must not wait.  Before the
  /// first record() only.
  void add_listener(Listener listener);

  void record(const SnapshotPtr& snapshot);
  void end_turn(const std::string& device, const Turn& turn);

  /// Snapshots older than 3 of their intervals are gone, and 3 device intervals after its last
  /// good turn everything of a device that is down; `now` decides.
  View view(Clock::time_point now) const;
  /// Of the newest view: cheap, to see whether a kept page is still true.
  std::uint64_t generation() const;
  std::vector<DeviceStatus> devices() const;
  /// Every device has ended its first turn.
  bool complete() const;

 private:
  struct Shown {
    FragmentPtr fragment;
    Clock::time_point asked;
  };
  struct Device {
    Registration registration;
    std::string labels;  // device="x",site="y": the start of every label set
    DeviceStatus status;
    std::vector<Shown> shown;  // per query
    FragmentPtr health;
    Clock::time_point last_good;
  };
  struct State {
    std::vector<Device> devices;
    std::map<std::string, std::size_t> index;
    std::shared_ptr<const std::vector<FamilyPtr>> families;  // replaced, never changed
    std::map<std::string, FamilyId> ids;
    std::uint64_t generation = 1;
  };

  static FragmentPtr render(State& state, const Device& device, const std::vector<Series>& series);
  static FamilyId number(State& state, const FamilyPtr& family);
  static void count(Device& device, DeviceStatus::Query& query, const Snapshot& snapshot);
  static std::uint64_t hidden_lines(const Device& device, std::size_t query);

  Guarded<State> state_;
  std::vector<Listener> listeners_;
};

}  // namespace boxmeter
