#pragma once
#include <functional>
#include <memory>
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

/// Polls until destroyed: a due-queue ordered by time and a pool of workers (design.md section 3).
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

  /// Every device one turn, as many at a time as there are workers; returns when all have ended.
  static void once(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
                   http::Stop& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
