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

#include "base/pulse.h"
#include "poll/turns.h"
#include "poll/waiters.h"

namespace boxmeter {
namespace {

struct Polled;

struct Due {
  Clock::time_point when;
  std::size_t sequence;  // equal times: first come, first served
  Polled* device;
  bool operator<(const Due& other) const {
    return when != other.when ? when < other.when : sequence < other.sequence;
  }
};
using Queue = std::set<Due>;

/// What one worker is at.
struct Asking {
  const Polled* device;
  const Pulse* pulse;
};

/// A device, and what a reload wants of it: the worker that takes it next brings that about, so
/// that a box is never asked by two at once and nobody waits for its logout.
struct Polled {
  Job job;                           // as it is to be
  std::unique_ptr<Turns> turns;      // the worker's while it is busy
  std::unique_ptr<Turns> next = {};  // takes the place of `turns`
  bool is_changed = false;           // `turns` does not know `job` yet
  bool is_leaving = false;
  bool is_busy = false;
  bool is_new = true;  // no turn of it has ended
  Due due = {};
  Queue* waits_in = nullptr;
  Waiters waiters = {};

  bool is_unsettled() const { return next || is_changed || is_leaving; }
};

/// A worker that is done while more than these wait for a box ends: a thousand boxes are asked at
/// once at the start, a few at a time later on, and each thread keeps a stack and what its
/// allocator saved up.
constexpr std::size_t kSpare = 3;
constexpr std::size_t kDroppers = 32;  // threads

/// From so many boxes on they are first asked one after the other, 10 ms apart and all within 10
/// seconds: at one moment they would take twice the memory of the rest of the day.
constexpr std::size_t kMany = 100;
constexpr Clock::duration kApart = std::chrono::milliseconds(10);
constexpr Clock::duration kAllFirst = std::chrono::seconds(10);

/// And so many of them at once, however slow they are: what the first turns of 140 boxes that take
/// their time need between them stays behind as holes, 40 KB of each.
constexpr std::size_t kFirstAtOnce = 64;
/// But for so long only: boxes that do not answer hold their places until their timeouts.
constexpr Clock::duration kFirstPatience = std::chrono::seconds(3);

Clock::duration first_wait(std::size_t index, std::size_t of) {
  if (of < kMany) return {};
  return std::min(kApart, kAllFirst / static_cast<Clock::rep>(of)) * static_cast<Clock::rep>(index);
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

/// The due-queue.  One waiting worker at a time, the leader, waits with a timeout for the earliest
/// entry; the others wait for a word.  Were all of them to wait for the same moment, each due would
/// wake the whole pool (64 workers: 6,400 wakeups a second).  The pool has as many workers as boxes
/// are being asked, and one more that waits, up to `workers`.
struct Poller::State {
  PollRecorder recorder;  // first: the devices refer to it
  http::Stop* stop = nullptr;
  bool once = false;

  State(PollRecorder given, http::Stop& stopped_by, bool only_once)
      : recorder{.record =
                     [this, record = std::move(given.record)](const SnapshotPtr& snapshot) {
                       record(snapshot);
                       note(*snapshot);
                     },
                 .end_turn =
                     [this, end_turn = std::move(given.end_turn)](const std::string& device,
                                                                  const Turn& turn) {
                       end_turn(device, turn);
                       note(device, turn);
                     },
                 .heard = std::move(given.heard)},
        stop(&stopped_by),
        once(only_once) {}

  std::mutex mutex;  // guards everything below
  std::list<Polled> devices;
  std::map<std::string, Polled*, std::less<>> by_name;  // of them
  bool probes_ended = false;
  std::size_t workers = 0;
  std::size_t series_limit = 0;
  std::condition_variable followers;
  std::condition_variable leader;
  bool has_leader = false;
  bool ending = false;
  bool started = false;
  std::size_t sequence = 0;
  std::size_t busy = 0;
  std::size_t busy_with_trouble = 0;
  std::size_t busy_with_new = 0;
  std::size_t waiting = 0;
  std::vector<Asking> asking;  // as many as are busy
  Queue healthy;
  Queue troubled;  // their last turn failed: they may hold half of the workers, never all
  Queue unasked;   // never asked yet

  std::size_t alive = 0;
  std::list<std::jthread> threads;
  std::list<std::jthread> ended;  // they have left the pool and only have to be joined

  void put_back(Polled& device) {
    if (!device.turns) device.turns = std::move(device.next);
    const bool waits = !device.is_unsettled() && device.waiters.empty();
    device.due = {waits ? device.turns->next_due() : Clock::now(), sequence++, &device};
    device.waits_in = !waits                       ? &healthy
                      : device.is_new && !once     ? &unasked
                      : device.turns->in_trouble() ? &troubled
                                                   : &healthy;
    device.waits_in->insert(device.due);
  }

  /// What is wanted of it now is to be brought about at once.
  void hasten(Polled& device) {
    if (device.is_busy) return;  // it is put back as what it is by then
    device.waits_in->erase(device.due);
    put_back(device);
    (has_leader ? leader : followers).notify_one();
  }

  struct Next {
    Queue* queue = nullptr;
    Clock::time_point when = {};
  };

  /// The queue whose head is to be served next, and when; null when there is none to serve.
  Next next() {
    const bool troubled_may = busy_with_trouble < std::max<std::size_t>(1, workers / 2);
    Next first;
    const auto consider = [&](Queue& queue, Clock::duration later = {}) {
      if (queue.empty()) return;
      const auto when = queue.begin()->when + later;
      if (first.queue == nullptr || when < first.when) first = {&queue, when};
    };
    consider(healthy);
    consider(unasked, busy_with_new < kFirstAtOnce ? Clock::duration{} : kFirstPatience);
    if (troubled_may) consider(troubled);
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

  /// Waits for a device that is due and takes it out; null at the end.
  Polled* take(std::unique_lock<std::mutex>& lock) {
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

  struct Wanted {
    std::optional<Job> change = {};
    std::unique_ptr<Turns> next = {};
    bool is_leaving = false;
    std::size_t series_limit = 0;
    Wish wish = {};
  };

  Wanted begin(Polled& device) {
    Wanted wanted{.next = std::move(device.next),
                  .is_leaving = device.is_leaving,
                  .series_limit = series_limit};
    if (std::exchange(device.is_changed, false)) wanted.change = device.job;
    wanted.wish = device.waiters.begin_turn();
    return wanted;
  }

  /// Without the lock: a device logs out as it goes.
  static void settle(Polled& device, Wanted& wanted) {
    if (wanted.is_leaving || wanted.next) device.turns.reset();
    if (wanted.next) device.turns = std::move(wanted.next);
    if (wanted.change && device.turns) device.turns->change(*wanted.change, wanted.series_limit);
  }

  void work(std::list<std::jthread>::iterator self) {
    ::pthread_setname_np(::pthread_self(), "poll");  // for who looks from outside: top -H
    Pulse pulse;
    std::unique_lock lock(mutex);
    while (Polled* const device = take(lock)) {
      const bool trouble = device->turns->in_trouble();
      const bool is_new = device->is_new;
      busy_with_trouble += trouble ? 1 : 0;
      busy_with_new += is_new ? 1 : 0;
      ++busy;
      Pulse::beat();
      asking.push_back({device, &pulse});
      device->is_busy = true;
      auto wanted = begin(*device);
      followers.notify_one();
      grow();
      std::list<std::jthread> left;
      left.swap(ended);
      lock.unlock();
      left.clear();  // not under the lock: one of them may still give back memory
      settle(*device, wanted);
      if (device->turns) device->turns->take(device->due.when, wanted.wish);
      lock.lock();
      --busy;
      std::erase_if(asking, [&](const Asking& one) { return one.pulse == &pulse; });
      busy_with_trouble -= trouble ? 1 : 0;
      busy_with_new -= is_new ? 1 : 0;
      device->is_new = false;
      device->is_busy = false;
      device->waiters.end_turn([&](const std::string& query) {
        return device->turns && device->turns->left_out(query);
      });
      if (!device->turns && device->is_leaving)
        remove(*device);
      else if (!once)
        put_back(*device);
      (has_leader ? leader : followers).notify_one();
      if (!once && waiting > kSpare) break;
    }
    if (once) followers.notify_all();
    --alive;
    if (!ending && !once) ended.splice(ended.end(), threads, self);
    if (!ending && alive == kSpare + 1) give_back_memory(lock);
  }

  void remove(Polled& device) {
    device.waiters.give_up();
    by_name.erase(device.job.device.name);
    devices.remove_if([&](const Polled& one) { return &one == &device; });
  }

  Polled* find(std::string_view name) {
    const auto at = by_name.find(name);
    return at == by_name.end() ? nullptr : at->second;
  }

  /// An answer has come, in the thread that asked.
  void note(const Snapshot& snapshot) {
    const std::lock_guard lock(mutex);
    if (Polled* const device = find(snapshot.device)) device->waiters.note(snapshot);
  }

  void note(const std::string& name, const Turn& turn) {
    const std::lock_guard lock(mutex);
    if (Polled* const device = find(name)) device->waiters.note(turn);
  }

  Probed probe(const Probe& wanted) {
    std::unique_lock lock(mutex);
    Polled* device = probes_ended ? nullptr : find(wanted.device);
    if (device == nullptr || device->is_leaving) return {.known = false};
    Waiter waiter(wanted);
    device->waiters.add(waiter, device->is_busy);
    hasten(*device);
    waiter.changed.wait_until(lock, wanted.until, [&] { return waiter.is_over; });
    device = find(wanted.device);  // it may have gone
    if (device != nullptr) device->waiters.remove(waiter);
    return {.known = device != nullptr, .late = waiter.missing, .success = waiter.is_served()};
  }

  void end_probes() {
    const std::lock_guard lock(mutex);
    probes_ended = true;
    for (Polled& device : devices) device.waiters.give_up();
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
      if (now - one.pulse->last() > 2 * one.device->job.device.timeout + patience)
        return "a request to '" + one.device->job.device.name + "' does not end";
    const auto [queue, when] = busy < workers ? next() : Next{};
    if (queue != nullptr && now - when > patience)
      return "'" + queue->begin()->device->job.device.name + "' is due and is not asked";
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
    std::vector<Polled*> all;
    for (Polled& device : devices) all.push_back(&device);
    std::atomic<std::size_t> next = 0;
    const auto drop = [&] {
      for (std::size_t i = next++; i < all.size(); i = next++) all[i]->turns.reset();
    };
    std::vector<std::jthread> others;
    try {
      while (others.size() + 1 < std::min(all.size(), kDroppers)) others.emplace_back(drop);
    } catch (const std::system_error&) {  // the system gives no more threads: these must do
    }
    drop();
  }

  std::unique_ptr<Turns> opened(const Job& job, std::size_t limit, Clock::time_point start) {
    auto turns = std::make_unique<Turns>(job, job.kind->open(job.device, *stop), limit, recorder,
                                         *stop, start);
    if (once) turns->ask_only_once();
    return turns;
  }

  /// The constructor calls this too, without devices to replace.  All devices are opened first,
  /// since only that can throw.
  void update(const std::vector<Job>& jobs, const PollOptions& options) {
    const std::lock_guard lock(mutex);
    std::map<std::string, std::unique_ptr<Turns>> fresh = opened(jobs, options.series_limit);

    const bool has_new_limit = series_limit != options.series_limit;
    series_limit = options.series_limit;
    std::set<std::string_view> wanted;
    for (const Job& job : jobs) {
      if (job.queries.empty()) continue;
      wanted.insert(job.device.name);
      Polled* const known = find(job.device.name);
      follow(known == nullptr ? add(job) : *known, job, fresh[job.device.name], has_new_limit);
    }
    for (Polled& device : devices)
      if (!wanted.contains(device.job.device.name) && !std::exchange(device.is_leaving, true))
        hasten(device);
    workers = most_workers(options.workers, devices.size());
    grow();
  }

  /// Those that are new or have to be opened anew.
  std::map<std::string, std::unique_ptr<Turns>> opened(const std::vector<Job>& jobs,
                                                       std::size_t limit) {
    std::vector<const Job*> all;
    for (const Job& job : jobs)
      if (const Polled* const device = find(job.device.name);
          !job.queries.empty() && (device == nullptr || needs_opening(*device, job)))
        all.push_back(&job);
    std::map<std::string, std::unique_ptr<Turns>> fresh;
    const auto now = Clock::now();
    for (std::size_t i = 0; i < all.size(); ++i)
      fresh.emplace(
          all[i]->device.name,
          opened(*all[i], limit, now + (once ? Clock::duration{} : first_wait(i, all.size()))));
    return fresh;
  }

  static bool needs_opening(const Polled& device, const Job& job) {
    return device.is_leaving || !opens_alike(device.job.device, job.device) ||
           (device.next && !is_same(device.job, job));
  }

  Polled& add(const Job& job) {
    Polled& device = devices.emplace_back(Polled{.job = job, .turns = nullptr});
    device.waits_in = &healthy;
    by_name.emplace(job.device.name, &device);
    return device;
  }

  void follow(Polled& device, const Job& job, std::unique_ptr<Turns>& fresh, bool has_new_limit) {
    if (!fresh && !has_new_limit && is_same(device.job, job)) return;
    device.is_changed = !fresh;
    if (fresh) device.next = std::move(fresh);
    device.is_leaving = false;
    device.job = job;
    hasten(device);
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

Probed Poller::probe(const Probe& probe) { return state_->probe(probe); }
void Poller::end_probes() { state_->end_probes(); }

void Poller::once(const std::vector<Job>& jobs, const PollOptions& options, PollRecorder recorder,
                  http::Stop& stop) {
  State state(std::move(recorder), stop, /*only_once=*/true);
  state.update(jobs, options);
  state.join();
  state.drop_devices();
}

}  // namespace boxmeter
