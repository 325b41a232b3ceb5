#include "poll/turns.h"

#include <doctest/doctest.h>

#include "fake_device.h"

using namespace boxmeter;
using namespace std::chrono_literals;

namespace {

/// One fake device with queries that are one request each, and what the store says afterwards.
struct Bench {
  explicit Bench(FakeDevice::Answer answer, std::vector<std::string> targets = {"a", "b", "c"}) {
    std::vector<Registration::Query> registered;
    Job job{.device = {.name = "home", .kind = "fritzbox", .interval = 1s}, .queries = {}};
    for (const std::string& target : targets) {
      auto query = std::make_shared<Query>();
      query->name = target;
      query->parts = {{.name = "", .first = {{.verb = "get", .target = target}}}};
      query->rules = {Rule{.family = std::make_shared<const Family>(
                               Family{.name = "box_" + target, .help = "Help."}),
                           .value = {{.path = Path::parse("v")}}}};
      job.queries.push_back(query);
      registered.push_back({target, 1s});
    }
    store = std::make_unique<Store>(std::vector<Registration>{
        {.device = "home", .kind = "fritzbox", .interval = 1s, .queries = registered}});
    auto fake = std::make_unique<FakeDevice>(std::move(answer));
    device = fake.get();
    turns = std::make_unique<Turns>(job, std::move(fake), 100, *store, stop, Clock::now());
  }

  DeviceStatus after_turn() {
    turns->take(Clock::now());
    return store->devices().front();
  }

  http::Stop stop;
  std::unique_ptr<Store> store;
  FakeDevice* device = nullptr;
  std::unique_ptr<Turns> turns;
};

}  // namespace

TEST_CASE("a turn asks what is due and the device is up") {
  Bench bench([](const Request&) { return Reply{{"v", 1}}; });

  const DeviceStatus status = bench.after_turn();

  CHECK(status.up);
  CHECK(status.polls == 3);
  CHECK(status.series == 3);
  CHECK(bench.device->asked == std::vector<std::string>{"get:a", "get:b", "get:c"});
}

TEST_CASE("a failing query costs only itself") {
  Bench bench([](const Request& request) -> Reply {
    if (request.target == "b") throw Error(ErrorKind::protocol, "not XML");
    return Reply{{"v", 1}};
  });

  const DeviceStatus status = bench.after_turn();

  CHECK(status.up);
  CHECK(status.series == 2);
  CHECK(status.failures.at(ErrorKind::protocol) == 1);
  CHECK(status.queries[1].failure->message == "not XML");
}

TEST_CASE("after a timeout the rest of the turn is abandoned and the device is left alone") {
  Bench bench([](const Request&) -> Reply { throw Error(ErrorKind::timeout, "no answer"); });

  const DeviceStatus status = bench.after_turn();

  CHECK_FALSE(status.up);
  CHECK(bench.device->asked == std::vector<std::string>{"get:a"});
  CHECK(bench.turns->in_trouble());
  CHECK(bench.turns->next_due() > Clock::now() + 800ms);
}

TEST_CASE("after a refused login the device is left alone for five minutes") {
  Bench bench([](const Request&) -> Reply { throw Error(ErrorKind::auth, "HTTP 401"); });

  const DeviceStatus status = bench.after_turn();

  CHECK_FALSE(status.up);
  CHECK(bench.turns->next_due() > Clock::now() + 299s);
}

TEST_CASE("one query that times out does not make a box that answers look dead") {
  Bench bench([](const Request& request) -> Reply {
    if (request.target == "b") throw Error(ErrorKind::timeout, "no answer");
    return Reply{{"v", 1}};
  });

  CHECK(bench.after_turn().up);
  CHECK(bench.device->asked == std::vector<std::string>{"get:a", "get:b"});

  bench.device->asked.clear();
  CHECK(bench.after_turn().up);  // what was left over, at once
  CHECK(bench.device->asked == std::vector<std::string>{"get:c"});
}

TEST_CASE("a turn that is cut by the end of the program says nothing about the box") {
  Bench bench([](const Request&) -> Reply { throw Error(ErrorKind::network, "stopped"); });
  bench.stop.stop();

  const DeviceStatus status = bench.after_turn();

  CHECK(status.polls == 0);
  CHECK_FALSE(status.failure);
}

TEST_CASE("a bug in a brand is an internal error of one query") {
  Bench bench([](const Request&) -> Reply { throw std::out_of_range("map::at"); }, {"a"});

  const DeviceStatus status = bench.after_turn();

  CHECK(status.failures.at(ErrorKind::internal) == 1);
  CHECK(status.queries[0].failure->message == "map::at");
}
