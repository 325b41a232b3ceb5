#pragma once
#include <memory>
#include <vector>

#include "device/kinds.h"
#include "metric/query.h"
#include "publish/store.h"

namespace boxmeter {

struct PollOptions {
  std::size_t workers = 0;  // at most so many devices are asked at once; 0: min(devices, 256)
  std::size_t series_limit = 2000;
};

/// A device and what to ask it.
struct Job {
  DeviceConfig device;
  std::vector<QueryPtr> queries;
};

/// Polls until destroyed: a due-queue ordered by time and a pool of workers (design.md section 3).
class Poller {
 public:
  Poller(const std::vector<Job>& jobs, const PollOptions& options, Store& store, http::Stop& stop);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Every device one turn, as many at a time as there are workers; returns when all have ended.
  static void once(const std::vector<Job>& jobs, const PollOptions& options, Store& store,
                   http::Stop& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
