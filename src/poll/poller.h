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
/// device says comes from one thread at a time, in order.  They must not throw; the first two must
/// be set.
struct PollRecorder {
  std::function<void(const SnapshotPtr&)> record;
  std::function<void(const std::string& device, const Turn&)> end_turn;
  /// What came of one request that was sent; no error: an answer.
  std::function<void(const Request&, const Error*)> heard = {};
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
  /// Opens all devices (throws what that throws), touching no network, and starts polling.  The
  /// destructor waits for running turns and logs the devices out; call stop.stop() first to end
  /// running requests at once.  `stop` and what `recorder` refers to must outlive the poller.
  Poller(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
         http::Stop& stop);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Why polling is stuck, "" if it is not: a worker has made no progress for twice the device's
  /// timeout plus `patience`, or a device has been due for longer than `patience` although a worker
  /// is free.  Any thread; waits for the poller's lock.
  std::string stuck(Clock::time_point now, Clock::duration patience) const;

  /// Replaces the devices; does not wait for the workers.  A device with an equal job (is_same)
  /// continues untouched.  A changed one is asked at once, or after its current turn; it keeps its
  /// session and a running back-off if opens_alike() holds, else it is opened anew.  New devices
  /// are opened and started, missing ones finish their turn and log out.  A job without queries is
  /// ignored.  One call at a time.  If opening a device throws, nothing is changed.
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
