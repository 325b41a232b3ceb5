#include "poll/poller.h"

#include <doctest/doctest.h>

#include <future>

#include "fake_device.h"

using namespace boxmeter;
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
