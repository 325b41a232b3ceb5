#include "poll/poller.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

#include "poll/turns.h"

namespace boxmeter {
namespace {

struct Due {
  Clock::time_point when;
  std::size_t sequence;  // equal times: first come, first served
  Turns* device;
  bool operator>(const Due& other) const {
    return when != other.when ? when > other.when : sequence > other.sequence;
  }
};
using Queue = std::priority_queue<Due, std::vector<Due>, std::greater<>>;

std::size_t worker_count(std::size_t wanted, std::size_t devices) {
  return std::max<std::size_t>(1, std::min(wanted == 0 ? 256 : wanted, devices));
}

}  // namespace

/// The due-queue.  One waiting worker at a time, the leader, waits with a timeout for the earliest
/// entry; the others wait for a word.  Were all of them to wait for the same moment, each due would
/// wake the whole pool (64 workers: 6,400 wakeups a second).
struct Poller::State {
  std::vector<std::unique_ptr<Turns>> devices;
  std::size_t workers = 0;
  bool once = false;

  std::mutex mutex;  // guards everything below
  std::condition_variable followers;
  std::condition_variable leader;
  bool has_leader = false;
  bool ending = false;
  std::size_t sequence = 0;
  std::size_t busy = 0;
  std::size_t busy_with_trouble = 0;
  Queue healthy;
  Queue troubled;  // their last turn failed: they may hold half of the workers, never all

  std::vector<std::jthread> threads;  // last: they must end before what they use goes away

  void put_back(Turns* device) {
    const Due due{device->next_due(), sequence++, device};
    (device->in_trouble() ? troubled : healthy).push(due);
  }

  /// The queue whose head is to be served next; null when there is none to serve.
  Queue* next_queue() {
    const bool troubled_may = busy_with_trouble < std::max<std::size_t>(1, workers / 2);
    Queue* const second = troubled_may && !troubled.empty() ? &troubled : nullptr;
    if (healthy.empty()) return second;
    if (second == nullptr || healthy.top().when <= second->top().when) return &healthy;
    return second;
  }

  /// Waits for a device that is due and takes it out; false at the end.
  bool take(Due& due, std::unique_lock<std::mutex>& lock) {
    for (;;) {
      if (ending) return false;
      Queue* const queue = next_queue();
      if (queue == nullptr) {
        if (once && busy == 0) return false;
        followers.wait(lock);
      } else if (const auto when = queue->top().when; when <= Clock::now()) {
        due = queue->top();
        queue->pop();
        return true;
      } else if (has_leader) {
        followers.wait(lock);
      } else {
        has_leader = true;
        leader.wait_until(lock, when);
        has_leader = false;
      }
    }
  }

  void work() {
    std::unique_lock lock(mutex);
    for (Due due{}; take(due, lock);) {
      const bool trouble = due.device->in_trouble();
      busy_with_trouble += trouble ? 1 : 0;
      ++busy;
      followers.notify_one();
      lock.unlock();
      due.device->take(due.when);
      lock.lock();
      --busy;
      busy_with_trouble -= trouble ? 1 : 0;
      if (!once) put_back(due.device);
      (has_leader ? leader : followers).notify_one();
    }
    followers.notify_all();
  }

  void start(const std::vector<Job>& jobs, const PollOptions& options, Store& store,
             http::Stop& stop) {
    const auto now = Clock::now();
    for (const Job& job : jobs) {
      if (job.queries.empty()) continue;
      devices.push_back(std::make_unique<Turns>(job,
                                                find_kind(job.device.kind).open(job.device, stop),
                                                options.series_limit, store, stop, now));
      put_back(devices.back().get());
    }
    workers = worker_count(options.workers, devices.size());
    for (std::size_t i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
  }

  void end() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    leader.notify_all();
    followers.notify_all();
  }
};

Poller::Poller(const std::vector<Job>& jobs, const PollOptions& options, Store& store,
               http::Stop& stop)
    : state_(std::make_unique<State>()) {
  state_->start(jobs, options, store, stop);
}

Poller::~Poller() { state_->end(); }

void Poller::once(const std::vector<Job>& jobs, const PollOptions& options, Store& store,
                  http::Stop& stop) {
  State state;
  state.once = true;
  state.start(jobs, options, store, stop);
}  // the destructor of the threads waits until all are done

}  // namespace boxmeter
