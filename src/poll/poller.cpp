#include "poll/poller.h"

#include <malloc.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <queue>
#include <system_error>
#include <thread>
#include <utility>

#include "base/pulse.h"
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

/// What one worker is at.
struct Asking {
  const Turns* device;
  const Pulse* pulse;
};
using Queue = std::priority_queue<Due, std::vector<Due>, std::greater<>>;

/// A worker that is done while more than these wait for a box ends: a thousand boxes are asked at
/// once at the start, a few at a time later on, and each thread keeps a stack and what its
/// allocator saved up.
constexpr std::size_t kSpare = 3;
constexpr std::size_t kDroppers = 32;  // threads

std::size_t most_workers(std::size_t wanted, std::size_t devices) {
  return std::max<std::size_t>(1, std::min(wanted == 0 ? 256 : wanted, devices));
}

}  // namespace

/// The due-queue.  One waiting worker at a time, the leader, waits with a timeout for the earliest
/// entry; the others wait for a word.  Were all of them to wait for the same moment, each due would
/// wake the whole pool (64 workers: 6,400 wakeups a second).  The pool has as many workers as boxes
/// are being asked, and one more that waits, up to `workers`.
struct Poller::State {
  PollRecorder recorder;  // first: the devices refer to it
  std::vector<std::unique_ptr<Turns>> devices;
  std::size_t workers = 0;
  bool once = false;

  std::mutex mutex;  // guards everything below
  std::condition_variable followers;
  std::condition_variable leader;
  bool has_leader = false;
  bool ending = false;
  bool started = false;
  std::size_t sequence = 0;
  std::size_t busy = 0;
  std::size_t busy_with_trouble = 0;
  std::size_t waiting = 0;
  std::vector<Asking> asking;  // as many as are busy
  Queue healthy;
  Queue troubled;  // their last turn failed: they may hold half of the workers, never all

  std::size_t alive = 0;
  std::list<std::jthread> threads;
  std::list<std::jthread> ended;  // they have left the pool and only have to be joined

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

  void follow(std::unique_lock<std::mutex>& lock) {
    ++waiting;
    followers.wait(lock);
    --waiting;
  }

  void lead(std::unique_lock<std::mutex>& lock, Clock::time_point until) {
    ++waiting;
    has_leader = true;
    leader.wait_until(lock, until);
    has_leader = false;
    --waiting;
  }

  /// Waits for a device that is due and takes it out; false at the end.
  bool take(Due& due, std::unique_lock<std::mutex>& lock) {
    for (;;) {
      if (ending) return false;
      Queue* const queue = next_queue();
      if (queue == nullptr) {
        if (once && busy == 0) return false;
        follow(lock);
      } else if (const auto when = queue->top().when; when <= Clock::now()) {
        due = queue->top();
        queue->pop();
        return true;
      } else if (has_leader) {
        follow(lock);
      } else {
        lead(lock, when);
      }
    }
  }

  /// One more worker, if nobody is left to see the next due.
  void grow() {
    if (ending || waiting > 0 || alive >= workers) return;
    try {
      threads.emplace_back();
      threads.back() = std::jthread([this, self = std::prev(threads.end())] { work(self); });
      ++alive;
    } catch (const std::system_error&) {  // the system gives no more threads: these must do
      threads.pop_back();
      if (alive == 0) throw;
      workers = alive;
    }
  }

  void work(std::list<std::jthread>::iterator self) {
    ::pthread_setname_np(::pthread_self(), "poll");  // for who looks from outside: top -H
    Pulse pulse;
    std::unique_lock lock(mutex);
    for (Due due{}; take(due, lock);) {
      const bool trouble = due.device->in_trouble();
      busy_with_trouble += trouble ? 1 : 0;
      ++busy;
      Pulse::beat();
      asking.push_back({due.device, &pulse});
      followers.notify_one();
      grow();
      std::list<std::jthread> left;
      left.swap(ended);
      lock.unlock();
      left.clear();  // not under the lock: one of them may still give back memory
      due.device->take(due.when);
      lock.lock();
      --busy;
      std::erase_if(asking, [&](const Asking& one) { return one.pulse == &pulse; });
      busy_with_trouble -= trouble ? 1 : 0;
      if (!once) put_back(due.device);
      (has_leader ? leader : followers).notify_one();
      if (!once && waiting > kSpare) break;
    }
    if (once) followers.notify_all();
    --alive;
    if (!ending && !once) ended.splice(ended.end(), threads, self);
    if (!ending && alive == kSpare + 1) give_back_memory(lock);
  }

  /// The first polls, of all boxes at once, are over, and so is the need for what they took.
  void give_back_memory(std::unique_lock<std::mutex>& lock) {
    if (std::exchange(started, true)) return;
    lock.unlock();
    ::malloc_trim(0);
  }

  std::string stuck(Clock::time_point now, Clock::duration patience) {
    const std::lock_guard lock(mutex);
    for (const Asking& one : asking)
      if (now - one.pulse->last() > 2 * one.device->timeout() + patience)
        return "a request to '" + one.device->name() + "' does not end";
    const Queue* const queue = busy < workers ? next_queue() : nullptr;
    if (queue != nullptr && now - queue->top().when > patience)
      return "'" + queue->top().device->name() + "' is due and is not asked";
    return "";
  }

  /// Returns when all have ended, also those that come into being meanwhile.
  void join() {
    for (std::unique_lock lock(mutex); !threads.empty(); lock.lock()) {
      const std::jthread thread = std::move(threads.front());
      threads.pop_front();
      lock.unlock();
    }
  }

  /// A device logs out as it goes, and all of them together have half a second for that: at the
  /// same time.  After join().
  void drop_devices() {
    std::atomic<std::size_t> next = 0;
    const auto drop = [&] {
      for (std::size_t i = next++; i < devices.size(); i = next++) devices[i].reset();
    };
    std::vector<std::jthread> others;
    try {
      while (others.size() + 1 < std::min(devices.size(), kDroppers)) others.emplace_back(drop);
    } catch (const std::system_error&) {  // the system gives no more threads: these must do
    }
    drop();
  }

  void start(const std::vector<Job>& jobs, const PollOptions& options, http::Stop& stop) {
    const auto now = Clock::now();
    for (const Job& job : jobs) {
      if (job.queries.empty()) continue;
      devices.push_back(std::make_unique<Turns>(job, job.kind->open(job.device, stop),
                                                options.series_limit, recorder, stop, now));
      put_back(devices.back().get());
    }
    workers = most_workers(options.workers, devices.size());
    const std::lock_guard lock(mutex);
    grow();
  }

  void end() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    leader.notify_all();
    followers.notify_all();
    join();
    drop_devices();
  }
};

Poller::Poller(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
               http::Stop& stop)
    : state_(std::make_unique<State>()) {
  state_->recorder = std::move(recorder);
  state_->start(jobs, options, stop);
}

Poller::~Poller() { state_->end(); }

std::string Poller::stuck(Clock::time_point now, Clock::duration patience) const {
  return state_->stuck(now, patience);
}

void Poller::once(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
                  http::Stop& stop) {
  State state;
  state.once = true;
  state.recorder = std::move(recorder);
  state.start(jobs, options, stop);
  state.join();
  state.drop_devices();
}

}  // namespace boxmeter
