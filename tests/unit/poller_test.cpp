#include "poll/poller.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "fake_device.h"

namespace boxmeter::poller_test {

using namespace std::chrono_literals;

namespace {

/// What the box 'home' waits for before it answers; it says when it was asked.
struct Slowness {
  std::promise<void> asked;
  std::promise<void> may_answer;
};
Slowness* slowness = nullptr;

/// A kind of device that answers when it may.
std::unique_ptr<Device> open_slow(const DeviceConfig&, http::Stop&) {
  return std::make_unique<FakeDevice>([](const Request&) {
    slowness->asked.set_value();
    slowness->may_answer.get_future().wait();
    return Reply::object();
  });
}

Job asked_once_a_day(const DeviceKind& kind) {
  auto query = std::make_shared<Query>();
  query->name = "slow";
  query->parts = {{.name = "", .first = {{.verb = "get", .target = "a"}}}};
  return {.device = {.name = "home", .kind = "fritzbox", .timeout = 10s, .interval = 24h},
          .queries = {query},
          .kind = &kind};
}

}  // namespace

TEST_CASE(
    "a request that outlives its deadline by far is told, and so is a device that nobody asks") {
  Slowness here;
  slowness = &here;
  DeviceKind kind{};
  kind.open = &open_slow;
  std::promise<void> ended;
  http::Stop stop;
  Poller poller({asked_once_a_day(kind)}, {},
                {.record = [](const SnapshotPtr&) {},
                 .end_turn = [&](const std::string&, const Turn&) { ended.set_value(); }},
                stop);
  here.asked.get_future().wait();
  const auto now = Clock::now();

  CHECK(poller.stuck(now, 60s) == "");
  CHECK(poller.stuck(now + 79s, 60s) == "");
  CHECK(poller.stuck(now + 81s, 60s) == "a request to 'home' does not end");

  here.may_answer.set_value();
  ended.get_future().wait();
  while (!poller.stuck(now + 81s, 60s).empty()) std::this_thread::yield();  // until it is put back
  CHECK(poller.stuck(now + 1h, 60s) == "");
  CHECK(poller.stuck(now + 49h, 60s) == "'home' is due and is not asked");
}

namespace {

/// How many boxes are asked at the same time: each waits until `expected` of them are.
struct Crowd {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t expected = 0, now = 0, most = 0, turns = 0;
  bool was_there = false;
};
Crowd* crowd = nullptr;

std::unique_ptr<Device> open_crowded(const DeviceConfig&, http::Stop&) {
  return std::make_unique<FakeDevice>([](const Request&) {
    std::unique_lock lock(crowd->mutex);
    crowd->most = std::max(crowd->most, ++crowd->now);
    crowd->was_there = crowd->was_there || crowd->now == crowd->expected;
    crowd->changed.notify_all();
    crowd->changed.wait(lock, [] { return crowd->was_there; });
    --crowd->now;
    return Reply::object();
  });
}

struct First {
  std::size_t boxes;
  std::size_t answer_when;  // so many are asked
};

std::size_t most_asked_at_once(const First& first) {
  Crowd here;
  here.expected = first.answer_when;
  crowd = &here;
  DeviceKind kind{};
  kind.open = &open_crowded;
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < first.boxes; ++i) {
    jobs.push_back(asked_once_a_day(kind));
    jobs.back().device.name = "box" + std::to_string(i);
  }
  http::Stop stop;
  const Poller poller(jobs, {},
                      {.record = [](const SnapshotPtr&) {},
                       .end_turn =
                           [&](const std::string&, const Turn&) {
                             const std::lock_guard lock(here.mutex);
                             ++here.turns;
                             here.changed.notify_all();
                           }},
                      stop);
  std::unique_lock lock(here.mutex);
  here.changed.wait(lock, [&] { return here.turns == first.boxes; });
  return here.most;
}

}  // namespace

TEST_CASE("of boxes that were never asked at most 64 are asked at the same time") {
  CHECK(most_asked_at_once({.boxes = 90, .answer_when = 64}) == 64);
}

TEST_CASE("64 boxes that do not answer keep those after them waiting for seconds only") {
  CHECK(most_asked_at_once({.boxes = 70, .answer_when = 70}) == 70);
}

}  // namespace boxmeter::poller_test
