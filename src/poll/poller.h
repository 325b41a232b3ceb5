#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "device/kinds.h"
#include "metric/query.h"
#include "metric/turn.h"

namespace boxmeter {

struct PollOptions {
  std::size_t workers = 0;  // at most so many devices are asked at once; 0: min(devices, 256)
  std::size_t series_limit = 2000;
};

/// A device and what to ask it.
struct Job {
  DeviceConfig device;
  std::vector<QueryPtr> queries;
  const DeviceKind* kind = nullptr;  // its row; never null in a configuration
};

/// Whether a device polled by one of them can go on undisturbed under the other.  Queries are
/// compared by pointer.
bool is_same(const Job& a, const Job& b);

/// Where the outcomes of polling go.  Called from the workers' threads, several at a time; what a
/// device says comes from one thread at a time, in order.  Must not throw.
struct PollRecorder {
  std::function<void(const SnapshotPtr&)> record;
  std::function<void(const std::string& device, const Turn&)> end_turn;
};

/// What a probe wants of a device.
struct Probe {
  std::string device = {};
  std::set<std::string> queries = {};  // of its job
  /// Asked whatever their intervals say, and answered as soon as all are there.  Else those with a
  /// longer interval than the device's keep to it, and the answer comes when the turn has ended.
  bool at_once = false;
  Clock::time_point until = {};  // then what has come by then is all there is
};

struct Probed {
  bool known = true;                // else nobody asks such a device here (any more)
  std::set<std::string> late = {};  // queries that were to be asked and were not answered in time
  /// The box answered, no login was refused, and nothing is late.
  bool success = false;
};

/// Polls until destroyed: a due-queue ordered by time and a pool of workers (design.md section 3).
/// A device that is not `polled` is asked by probe() alone.
class Poller {
 public:
  /// What `recorder` refers to, and `stop`, outlive the poller.
  Poller(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
         http::Stop& stop);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Why polling does not go on, "" when it does: a device that nobody asks although it is due, or
  /// a request that has neither ended nor met its own deadline, both `patience` ago.  Any thread;
  /// waits for the poller's lock.
  std::string stuck(Clock::time_point now, Clock::duration patience) const;

  /// From now on other devices, and returns at once: those whose jobs are as before go on as if
  /// nothing had happened, changed ones are asked at once, and log in again only where
  /// opens_alike() says so; new ones start, and those that are gone end their turn and log out.
  /// One call at a time.  Throws what opening a device throws, and then nothing has changed.
  void update(const std::vector<Job>& jobs, const PollOptions& options);

  /// Asks a device now, polled or not, and waits for the outcome, which the recorder has got by
  /// then.  A device is asked by one at a time: who comes while it is asked shares what its turn
  /// gives, and has it asked again only for what that leaves out.  Any thread.
  Probed probe(const Probe& probe);
  /// From now on probe() returns at once.
  void end_probes();

  /// Every device one turn, as many at a time as there are workers; returns when all have ended.
  static void once(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
                   http::Stop& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
