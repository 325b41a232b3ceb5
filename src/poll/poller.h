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
  friend bool operator==(const PollOptions&, const PollOptions&) = default;
};

/// A device and what to ask it.
struct Job {
  DeviceConfig device;
  std::vector<QueryPtr> queries;
  const DeviceKind* kind = nullptr;  // its row; never null in a configuration
};

/// Whether a device polled by one job can go on unchanged with the other.  Queries are compared by
/// pointer.
bool is_same(const Job& a, const Job& b);

/// Functions that get the outcomes of polling.  Called from the workers' threads, several at a
/// time, but for one device by one thread at a time, in order.  They must not throw; the first two
/// must be set.
struct PollRecorder {
  std::function<void(const SnapshotPtr&)> record;
  std::function<void(const std::string& device, const Turn&)> end_turn;
  /// After each request that was sent, with its error; null: it was answered.
  std::function<void(const Request&, const Error*)> request_done = {};
};

/// What a probe wants of a device.
struct ProbeRequest {
  std::string device = {};
  std::set<std::string> queries = {};  // of its job
  /// true: all queries are asked, whatever their intervals, and the probe ends as soon as all are
  /// answered. false: queries with a longer interval than the device's are asked only if they are
  /// due, and the probe ends with the turn.
  bool at_once = false;
  Clock::time_point until = {};  // deadline: then the probe ends with what there is
};

struct ProbeResult {
  bool known = true;                // false: there is no such device (any more)
  std::set<std::string> late = {};  // queries that were to be asked and were not answered in time
  /// The box answered, no login was refused, and nothing is late.
  bool success = false;
};

/// Polls until destroyed: a due-queue ordered by time and a pool of workers.  A device that is not
/// `polled` is asked by probe() alone.
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
  /// then.  A device is never asked twice at once: a probe that comes during a turn shares its
  /// outcomes, and the device is asked again only for what it leaves out.  Any thread.
  ProbeResult probe(const ProbeRequest& probe);
  /// Ends all probes; later calls of probe() return at once.
  void end_probes();

  /// Every device one turn, as many at a time as there are workers; returns when all have ended.
  static void once(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
                   http::Stop& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
