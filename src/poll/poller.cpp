#include "poll/poller.h"

#include <malloc.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "base/heartbeat.h"
#include "poll/device_poller.h"
#include "poll/pending_probes.h"

namespace boxmeter {
namespace {

struct DeviceEntry;

/// An entry of the due-queue.
struct Due {
  Clock::time_point when;
  std::size_t sequence;  // equal times: first come, first served
  DeviceEntry* device;
  bool operator<(const Due& other) const {
    return when != other.when ? when < other.when : sequence < other.sequence;
  }
};
using Queue = std::set<Due>;

/// What one busy worker is doing.
struct BusyWorker {
  const DeviceEntry* device;
  const Heartbeat* heartbeat;
};

/// A device, and the changes that a reload wants: the worker that takes it next applies them, so
/// that a box is never asked by two workers at once, and a reload does not wait for logouts.
struct DeviceEntry {
  Job job;                                  // after the changes
  std::unique_ptr<DevicePoller> poller;     // used by the worker alone while it is busy
  std::unique_ptr<DevicePoller> next = {};  // replaces `poller`
  bool is_changed = false;                  // `poller` has not got `job` yet
  bool is_leaving = false;
  bool is_busy = false;
  bool is_new = true;  // its first turn has not ended
  Due due = {};
  Queue* waits_in = nullptr;
  PendingProbes probes = {};

  bool has_changes() const { return next || is_changed || is_leaving; }
};

/// Workers that stay though they have nothing to do; further ones end.  At the start a thousand
/// boxes are asked at once, later only a few, and each thread keeps a stack and the memory of its
/// allocator.
constexpr std::size_t kIdleWorkers = 3;
/// Most threads that close devices at the same time.
constexpr std::size_t kClosers = 32;

/// With kStaggeredFrom boxes or more, the first polls begin one after the other, kStagger from each
/// other and all within kStaggerTotal: all at one moment they would take twice the memory that is
/// needed later.
constexpr std::size_t kStaggeredFrom = 100;
constexpr Clock::duration kStagger = std::chrono::milliseconds(10);
constexpr Clock::duration kStaggerTotal = std::chrono::seconds(10);

/// Most first polls at a time, also of slow boxes: with 140 of them at a time, fragmentation leaves
/// 40 KB more per box for good.
constexpr std::size_t kMostFirstPolls = 64;
/// Above that limit a first poll waits no longer than this: boxes that do not answer would block
/// the others until their timeouts.
constexpr Clock::duration kLongestFirstWait = std::chrono::seconds(3);

Clock::duration first_wait(std::size_t index, std::size_t of) {
  if (of < kStaggeredFrom) return {};
  return std::min(kStagger, kStaggerTotal / static_cast<Clock::rep>(of)) *
         static_cast<Clock::rep>(index);
}

std::size_t most_workers(std::size_t wanted, std::size_t devices) {
  return std::max<std::size_t>(1, std::min(wanted == 0 ? 256 : wanted, devices));
}

}  // namespace

bool is_same(const Job& a, const Job& b) {
  return opens_alike(a.device, b.device) && a.device.interval == b.device.interval &&
         a.device.labels == b.device.labels && a.device.polled == b.device.polled &&
         a.queries == b.queries;
}

/// The due-queue and its workers (leader/followers pattern): one idle worker, the leader, waits
/// with a timeout for the earliest entry; the others wait to be notified.  If all waited for the
/// same moment, each entry would wake the whole pool (64 workers: 6,400 wakeups a second).  There
/// are as many workers as boxes being asked, plus one that waits, up to `workers`.
struct Poller::State {
  PollRecorder recorder;  // first: the devices refer to it
  http::Stop* stop = nullptr;
  bool once = false;

  State(PollRecorder given, http::Stop& stopped_by, bool only_once)
      : recorder{.record =
                     [this, record = std::move(given.record)](const SnapshotPtr& snapshot) {
                       record(snapshot);
                       notify_probes(*snapshot);
                     },
                 .end_turn =
                     [this, end_turn = std::move(given.end_turn)](const std::string& device,
                                                                  const Turn& turn) {
                       end_turn(device, turn);
                       notify_probes(device, turn);
                     },
                 .request_done = std::move(given.request_done)},
        stop(&stopped_by),
        once(only_once) {}

  std::mutex mutex;  // guards everything below
  std::list<DeviceEntry> devices;
  std::map<std::string, DeviceEntry*, std::less<>> by_name;  // the devices
  bool probes_ended = false;
  std::size_t workers = 0;
  std::size_t series_limit = 0;
  std::condition_variable followers;
  std::condition_variable leader;
  bool has_leader = false;
  bool ending = false;
  bool started = false;      // the first polls are over
  std::size_t sequence = 0;  // of the last Due
  // Numbers of workers: busy, and of these with troubled and with new devices; idle.
  std::size_t busy = 0;
  std::size_t busy_with_trouble = 0;
  std::size_t busy_with_new = 0;
  std::size_t waiting = 0;
  std::vector<BusyWorker> busy_workers;
  Queue healthy;
  Queue troubled;  // their last turn failed: they may occupy half of the workers at most
  Queue unasked;   // never asked yet

  std::size_t alive = 0;  // workers
  std::list<std::jthread> threads;
  std::list<std::jthread> ended;  // have left the pool and must be joined

  /// Puts a device that no worker has into its queue: at once if there are changes or probes for
  /// it, else at its next turn.
  void put_back(DeviceEntry& device) {
    if (!device.poller) device.poller = std::move(device.next);
    const bool waits = !device.has_changes() && device.probes.empty();
    device.due = {waits ? device.poller->next_due() : Clock::now(), sequence++, &device};
    device.waits_in = !waits                        ? &healthy
                      : device.is_new && !once      ? &unasked
                      : device.poller->in_trouble() ? &troubled
                                                    : &healthy;
    device.waits_in->insert(device.due);
  }

  /// Makes the device due at once, since there are changes or probes for it.
  void make_due(DeviceEntry& device) {
    if (device.is_busy) return;  // put_back() will look at them
    device.waits_in->erase(device.due);
    put_back(device);
    (has_leader ? leader : followers).notify_one();
  }

  struct Next {
    Queue* queue = nullptr;
    Clock::time_point when = {};
  };

  /// The queue whose first device is served next, and when; null: none may be served.
  Next next() {
    const bool may_take_troubled = busy_with_trouble < std::max<std::size_t>(1, workers / 2);
    Next first;
    const auto consider = [&](Queue& queue, Clock::duration later = {}) {
      if (queue.empty()) return;
      const auto when = queue.begin()->when + later;
      if (first.queue == nullptr || when < first.when) first = {&queue, when};
    };
    consider(healthy);
    consider(unasked, busy_with_new < kMostFirstPolls ? Clock::duration{} : kLongestFirstWait);
    if (may_take_troubled) consider(troubled);
    return first;
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

  /// Waits for a device that is due, and takes it out of its queue; null: the worker shall end.
  DeviceEntry* wait_for_due(std::unique_lock<std::mutex>& lock) {
    for (;;) {
      if (ending) return nullptr;
      const auto [queue, when] = next();
      if (queue == nullptr) {
        if (once && busy == 0) return nullptr;
        follow(lock);
      } else if (when <= Clock::now()) {
        return queue->extract(queue->begin()).value().device;
      } else if (has_leader) {
        follow(lock);
      } else {
        lead(lock, when);
      }
    }
  }

  /// Starts another worker if none is left to wait for the next device.
  void add_worker() {
    if (ending || waiting > 0 || alive >= workers) return;
    try {
      threads.emplace_back();
      threads.back() = std::jthread([this, self = std::prev(threads.end())] { work(self); });
      ++alive;
    } catch (const std::system_error&) {  // the system gives no more threads: do with these
      threads.pop_back();
      if (alive == 0) throw;
      workers = alive;
    }
  }

  struct Changes {
    std::optional<Job> change = {};
    std::unique_ptr<DevicePoller> next = {};
    bool is_leaving = false;
    std::size_t series_limit = 0;
    ExtraQueries extra = {};
  };

  /// Takes the changes of a device that a worker has just got.
  Changes begin_turn(DeviceEntry& device) {
    Changes changes{.next = std::move(device.next),
                    .is_leaving = device.is_leaving,
                    .series_limit = series_limit};
    if (std::exchange(device.is_changed, false)) changes.change = device.job;
    changes.extra = device.probes.begin_turn();
    return changes;
  }

  /// Without the lock, since a device that is destroyed logs out.
  static void apply(DeviceEntry& device, Changes& changes) {
    if (changes.is_leaving || changes.next) device.poller.reset();
    if (changes.next) device.poller = std::move(changes.next);
    if (changes.change && device.poller)
      device.poller->change(*changes.change, changes.series_limit);
  }

  void work(std::list<std::jthread>::iterator self) {
    ::pthread_setname_np(::pthread_self(), "poll");  // shown by top -H
    Heartbeat heartbeat;
    std::unique_lock lock(mutex);
    while (DeviceEntry* const device = wait_for_due(lock)) {
      const bool trouble = device->poller->in_trouble();
      const bool is_new = device->is_new;
      busy_with_trouble += trouble ? 1 : 0;
      busy_with_new += is_new ? 1 : 0;
      ++busy;
      Heartbeat::beat();
      busy_workers.push_back({device, &heartbeat});
      device->is_busy = true;
      auto changes = begin_turn(*device);
      followers.notify_one();
      add_worker();
      std::list<std::jthread> left;
      left.swap(ended);
      lock.unlock();
      left.clear();  // joins, without the lock: one of them may be in malloc_trim()
      apply(*device, changes);
      if (device->poller) device->poller->run_turn(device->due.when, changes.extra);
      lock.lock();
      --busy;
      std::erase_if(busy_workers,
                    [&](const BusyWorker& one) { return one.heartbeat == &heartbeat; });
      busy_with_trouble -= trouble ? 1 : 0;
      busy_with_new -= is_new ? 1 : 0;
      device->is_new = false;
      device->is_busy = false;
      device->probes.end_turn([&](const std::string& query) {
        return device->poller && device->poller->left_out(query);
      });
      if (!device->poller && device->is_leaving)
        remove(*device);
      else if (!once)
        put_back(*device);
      (has_leader ? leader : followers).notify_one();
      if (!once && waiting > kIdleWorkers) break;
    }
    if (once) followers.notify_all();
    --alive;
    if (!ending && !once) ended.splice(ended.end(), threads, self);
    if (!ending && alive == kIdleWorkers + 1) give_back_memory(lock);
  }

  void remove(DeviceEntry& device) {
    device.probes.end_all();
    by_name.erase(device.job.device.name);
    devices.remove_if([&](const DeviceEntry& one) { return &one == &device; });
  }

  DeviceEntry* find(std::string_view name) {
    const auto at = by_name.find(name);
    return at == by_name.end() ? nullptr : at->second;
  }

  /// Called for each snapshot by the worker that made it.
  void notify_probes(const Snapshot& snapshot) {
    const std::lock_guard lock(mutex);
    if (DeviceEntry* const device = find(snapshot.device)) device->probes.record(snapshot);
  }

  void notify_probes(const std::string& name, const Turn& turn) {
    const std::lock_guard lock(mutex);
    if (DeviceEntry* const device = find(name)) device->probes.record(turn);
  }

  ProbeResult probe(const ProbeRequest& wanted) {
    std::unique_lock lock(mutex);
    DeviceEntry* device = probes_ended ? nullptr : find(wanted.device);
    if (device == nullptr || device->is_leaving) return {.known = false};
    PendingProbe pending(wanted);
    device->probes.add(pending, device->is_busy);
    make_due(*device);
    pending.changed.wait_until(lock, wanted.until, [&] { return pending.is_over; });
    device = find(wanted.device);  // it may have gone
    if (device != nullptr) device->probes.remove(pending);
    return {.known = device != nullptr, .late = pending.missing, .success = pending.is_served()};
  }

  void end_probes() {
    const std::lock_guard lock(mutex);
    probes_ended = true;
    for (DeviceEntry& device : devices) device.probes.end_all();
  }

  /// After the first polls, of all boxes at once, returns the memory that they needed to the
  /// system.
  void give_back_memory(std::unique_lock<std::mutex>& lock) {
    if (std::exchange(started, true)) return;
    lock.unlock();
    ::malloc_trim(0);
  }

  std::string stuck(Clock::time_point now, Clock::duration patience) {
    const std::lock_guard lock(mutex);
    for (const BusyWorker& one : busy_workers)
      if (now - one.heartbeat->last() > 2 * one.device->job.device.timeout + patience)
        return "a request to '" + one.device->job.device.name + "' does not end";
    const auto [queue, when] = busy < workers ? next() : Next{};
    if (queue != nullptr && now - when > patience)
      return "'" + queue->begin()->device->job.device.name + "' is due and is not asked";
    return "";
  }

  /// Returns when all workers have ended, also those that are started meanwhile.
  void join() {
    for (std::unique_lock lock(mutex); !threads.empty(); lock.lock()) {
      const std::jthread thread = std::move(threads.front());
      threads.pop_front();
      lock.unlock();
    }
  }

  /// Destroys the devices in parallel: each logs out, and all of them together have half a second
  /// for it.  Call it after join().
  void close_devices() {
    std::vector<DeviceEntry*> all;
    for (DeviceEntry& device : devices) all.push_back(&device);
    std::atomic<std::size_t> next = 0;
    const auto drop = [&] {
      for (std::size_t i = next++; i < all.size(); i = next++) all[i]->poller.reset();
    };
    std::vector<std::jthread> others;
    try {
      while (others.size() + 1 < std::min(all.size(), kClosers)) others.emplace_back(drop);
    } catch (const std::system_error&) {  // the system gives no more threads: these must do
    }
    drop();
  }

  std::unique_ptr<DevicePoller> opened(const Job& job, std::size_t limit, Clock::time_point start) {
    auto poller = std::make_unique<DevicePoller>(job, job.kind->open(job.device, *stop), limit,
                                                 recorder, *stop, start);
    if (once) poller->ask_only_once();
    return poller;
  }

  /// Also called by the constructor, when there are no devices yet.  Opens all devices first, since
  /// only that can throw.
  void update(const std::vector<Job>& jobs, const PollOptions& options) {
    const std::lock_guard lock(mutex);
    std::map<std::string, std::unique_ptr<DevicePoller>> fresh = opened(jobs, options.series_limit);

    const bool has_new_limit = series_limit != options.series_limit;
    series_limit = options.series_limit;
    std::set<std::string_view> wanted;
    for (const Job& job : jobs) {
      if (job.queries.empty()) continue;
      wanted.insert(job.device.name);
      DeviceEntry* const known = find(job.device.name);
      set_job(known == nullptr ? add(job) : *known, job, fresh[job.device.name], has_new_limit);
    }
    for (DeviceEntry& device : devices)
      if (!wanted.contains(device.job.device.name) && !std::exchange(device.is_leaving, true))
        make_due(device);
    workers = most_workers(options.workers, devices.size());
    add_worker();
  }

  /// Opens the devices that are new or have to be opened anew.
  std::map<std::string, std::unique_ptr<DevicePoller>> opened(const std::vector<Job>& jobs,
                                                              std::size_t limit) {
    std::vector<const Job*> all;
    for (const Job& job : jobs)
      if (const DeviceEntry* const device = find(job.device.name);
          !job.queries.empty() && (device == nullptr || needs_opening(*device, job)))
        all.push_back(&job);
    std::map<std::string, std::unique_ptr<DevicePoller>> fresh;
    const auto now = Clock::now();
    for (std::size_t i = 0; i < all.size(); ++i)
      fresh.emplace(
          all[i]->device.name,
          opened(*all[i], limit, now + (once ? Clock::duration{} : first_wait(i, all.size()))));
    return fresh;
  }

  static bool needs_opening(const DeviceEntry& device, const Job& job) {
    return device.is_leaving || !opens_alike(device.job.device, job.device) ||
           (device.next && !is_same(device.job, job));
  }

  DeviceEntry& add(const Job& job) {
    DeviceEntry& device = devices.emplace_back(DeviceEntry{.job = job, .poller = nullptr});
    device.waits_in = &healthy;
    by_name.emplace(job.device.name, &device);
    return device;
  }

  void set_job(DeviceEntry& device, const Job& job, std::unique_ptr<DevicePoller>& fresh,
               bool has_new_limit) {
    if (!fresh && !has_new_limit && is_same(device.job, job)) return;
    device.is_changed = !fresh;
    if (fresh) device.next = std::move(fresh);
    device.is_leaving = false;
    device.job = job;
    make_due(device);
  }

  void end() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    leader.notify_all();
    followers.notify_all();
    join();
    close_devices();
  }
};

Poller::Poller(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
               http::Stop& stop)
    : state_(std::make_unique<State>(std::move(recorder), stop, /*only_once=*/false)) {
  state_->update(jobs, options);
}

Poller::~Poller() {
  state_->end_probes();
  state_->end();
}

std::string Poller::stuck(Clock::time_point now, Clock::duration patience) const {
  return state_->stuck(now, patience);
}

void Poller::update(const std::vector<Job>& jobs, const PollOptions& options) {
  state_->update(jobs, options);
}

ProbeResult Poller::probe(const ProbeRequest& probe) { return state_->probe(probe); }
void Poller::end_probes() { state_->end_probes(); }

void Poller::once(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
                  http::Stop& stop) {
  State state(std::move(recorder), stop, /*only_once=*/true);
  state.update(jobs, options);
  state.join();
  state.close_devices();
}

}  // namespace boxmeter
