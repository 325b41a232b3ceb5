#include "poll/device_poller.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "app/store_setup.h"
#include "base/file.h"
#include "fake_device.h"

namespace boxmeter::device_poller_test {

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// One fake device with queries that are one request each, and what the store says afterwards.
struct Bench {
  explicit Bench(FakeDevice::Answer answer, std::vector<std::string> targets = {"a", "b", "c"},
                 std::filesystem::path learned = {}, const std::vector<std::string>& paths = {"v"},
                 std::chrono::milliseconds interval = 1s, fs::path credential = {}) {
    std::vector<PolledDevice::Query> registered;
    Job job{.device = {.name = "home",
                       .kind = "fritzbox",
                       .credential = {.file = std::move(credential)},
                       .interval = interval,
                       .learned = std::move(learned)},
            .queries = {}};
    for (const std::string& target : targets) {
      auto query = std::make_shared<Query>();
      query->name = target;
      query->parts = {{.name = "", .first = {{.verb = "get", .target = target}}}};
      query->rules = {Rule{.family = std::make_shared<const Family>(
                               Family{.name = "box_" + target, .help = "Help."}),
                           .value = {}}};
      for (const std::string& path : paths)
        query->rules.front().value.push_back({.path = Path::parse(path)});
      job.queries.push_back(query);
      registered.push_back({target, 1s});
    }
    store = std::make_unique<Store>(std::vector<PolledDevice>{
        {.device = "home", .kind = "fritzbox", .interval = 1s, .queries = registered}});
    auto fake = std::make_unique<FakeDevice>(std::move(answer));
    device = fake.get();
    recorder = record_into(*store);
    poller =
        std::make_unique<DevicePoller>(job, std::move(fake), 100, recorder, stop, Clock::now());
  }

  DeviceStatus after_turn() {
    poller->run_turn(Clock::now());
    return store->devices().front();
  }

  http::Stop stop;
  std::unique_ptr<Store> store;
  PollRecorder recorder;
  FakeDevice* device = nullptr;
  std::unique_ptr<DevicePoller> poller;
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
  CHECK(bench.poller->in_trouble());
  CHECK(bench.poller->next_due() > Clock::now() + 800ms);
}

TEST_CASE("after a refused login the device is left alone for five minutes") {
  Bench bench([](const Request&) -> Reply { throw Error(ErrorKind::auth, "HTTP 401"); });

  const DeviceStatus status = bench.after_turn();

  CHECK_FALSE(status.up);
  CHECK(bench.poller->next_due() > Clock::now() + 299s);
}

TEST_CASE("another password in the file of a refused one is tried within seconds") {
  const fs::path file =
      fs::temp_directory_path() / ("boxmeter-password-" + std::to_string(::getpid()));
  write_file(file, "wrong\n");
  bool refuses = true;
  Bench bench(
      [&](const Request&) -> Reply {
        if (refuses) throw Error(ErrorKind::auth, "HTTP 401");
        return {{"v", 1}};
      },
      {"a"}, {}, {"v"}, 50ms, file);
  bench.after_turn();
  CHECK(bench.poller->next_due() <= Clock::now() + 50ms);

  // It only looks: the box is not asked again with the same password.
  std::this_thread::sleep_until(bench.poller->next_due());
  CHECK_FALSE(bench.after_turn().up);
  CHECK(bench.device->asked.size() == 1);

  write_file(file, "right\n");
  refuses = false;
  std::this_thread::sleep_until(bench.poller->next_due());
  CHECK(bench.after_turn().up);
  CHECK(bench.poller->next_due() < Clock::now() + 1s);  // the pause is over
  fs::remove(file);
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

TEST_CASE("a query that times out before all others does not keep them from being asked") {
  Bench bench(
      [](const Request& request) -> Reply {
        if (request.target == "a") throw Error(ErrorKind::timeout, "no answer");
        return Reply{{"v", 1}};
      },
      {"a", "b", "c"}, {}, {"v"}, 20ms);

  CHECK_FALSE(bench.after_turn().up);
  CHECK(bench.device->asked == std::vector<std::string>{"get:a"});

  bench.device->asked.clear();
  std::this_thread::sleep_until(bench.poller->next_due() + 20ms);  // all of them are due
  CHECK(bench.after_turn().up);
  CHECK(bench.device->asked == std::vector<std::string>{"get:b", "get:c", "get:a"});
}

TEST_CASE("an answer that any program could have given changes nothing of what is known of a box") {
  Bench bench([](const Request&) { return Reply{{"v", 1}}; });
  bench.device->counts = false;

  const DeviceStatus status = bench.after_turn();

  CHECK(status.answered);
  CHECK_FALSE(status.up);
  CHECK_FALSE(status.failure);
  CHECK_FALSE(bench.poller->in_trouble());
}

TEST_CASE("a box that answers nothing of its kind is down, with the reason, and asked little") {
  Bench bench([](const Request&) -> Reply { throw Error(ErrorKind::protocol, "HTTP 503"); },
              {"a", "b", "c", "d", "e", "f", "g"});

  const DeviceStatus status = bench.after_turn();

  CHECK(status.answered);
  CHECK_FALSE(status.up);
  CHECK(status.failure->message == "HTTP 503");
  CHECK(bench.device->asked.size() == 5);
  CHECK(bench.poller->in_trouble());
  CHECK(bench.poller->next_due() > Clock::now() + 800ms);
}

TEST_CASE("a stranger is asked once for all requests of a verb, and again in the next turn") {
  Bench bench([](const Request&) -> Reply { throw Stranger("this is no box"); });

  const DeviceStatus status = bench.after_turn();

  CHECK_FALSE(status.up);
  CHECK(status.failure->message == "this is no box");
  CHECK(bench.device->asked == std::vector<std::string>{"get:a"});

  std::this_thread::sleep_until(bench.poller->next_due());
  bench.device->asked.clear();
  bench.after_turn();
  CHECK(bench.device->asked == std::vector<std::string>{"get:b"});  // it may know better
}

TEST_CASE("a refusal in the words of the protocol is an answer: the box is up") {
  Bench bench([](const Request&) -> Reply {
    throw Error(ErrorKind::refused, "no such action", Refusal::unsupported);
  });

  CHECK(bench.after_turn().up);
}

TEST_CASE("a turn in which nothing is due or sent changes nothing") {
  int turn = 0;
  Bench bench([&](const Request&) -> Reply {
    if (turn == 0) throw Error(ErrorKind::refused, "no such action", Refusal::unsupported);
    throw Error(ErrorKind::network, "gone");
  });
  CHECK(bench.after_turn().up);
  CHECK(bench.after_turn().up);  // nothing is due
  turn = 1;

  std::this_thread::sleep_until(bench.poller->next_due());
  CHECK(bench.after_turn().up);  // all is known to be refused: nothing is sent
  CHECK(bench.device->asked.size() == 3);
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

namespace {

/// A file that is gone at the end of the test.
struct Kept {
  std::filesystem::path file = std::filesystem::temp_directory_path() /
                               ("boxmeter-learned-" + std::to_string(::getpid())) / "home.json";
  ~Kept() { std::filesystem::remove_all(file.parent_path()); }
};

Reply refuse_b(const Request& request) {
  if (request.target == "b")
    throw Error(ErrorKind::refused, "no such action", Refusal::unsupported);
  return Reply{{"v", 1}};
}

using Targets = std::vector<std::string>;
const Targets kAll = {"a", "b", "c"};
const Targets kEverything = {"get:a", "get:b", "get:c"};
const Incarnation kRun{.firmware = "7.57", .booted = WallClock::time_point(500'000h)};

}  // namespace

TEST_CASE("after our own restart the box is not asked for what it lacks") {
  const Kept kept;
  Bench first(&refuse_b, kAll, kept.file);
  first.device->running = kRun;
  first.after_turn();

  Bench second(&refuse_b, kAll, kept.file);
  second.device->running = kRun;
  const DeviceStatus status = second.after_turn();

  CHECK(second.device->asked == Targets{"get:a", "get:c"});
  CHECK(status.queries[1].support == Support::unsupported);
  CHECK(status.queries[1].failure->message == "no such action");
}

TEST_CASE("a box that restarted or was updated while we were away is asked for everything") {
  const Kept kept;
  Bench first(&refuse_b, kAll, kept.file);
  first.device->running = kRun;
  first.after_turn();

  for (const Incarnation& run :
       {Incarnation{"8.02", kRun.booted}, Incarnation{"7.57", kRun.booted + 1h}}) {
    Bench second(&refuse_b, kAll, kept.file);
    second.device->running = run;
    second.after_turn();
    CHECK(second.device->asked == kEverything);
  }
}

TEST_CASE("what was denied is asked again after our own restart: the right may have been granted") {
  const Kept kept;
  const auto deny = [](const Request&) -> Reply {
    throw Error(ErrorKind::refused, "not allowed", Refusal::denied);
  };
  Bench(deny, {"a"}, kept.file).after_turn();
  Bench second(deny, {"a"}, kept.file);
  second.after_turn();

  CHECK(second.device->asked == Targets{"get:a"});
}

TEST_CASE("the file is written only when something new was learned") {
  const Kept kept;
  Bench bench(&refuse_b, kAll, kept.file, {"v"}, 20ms);
  bench.device->running = kRun;
  const auto writes = [&] {
    std::filesystem::remove(kept.file);
    bench.device->asked.clear();
    std::this_thread::sleep_for(50ms);
    bench.after_turn();
    return std::filesystem::exists(kept.file);
  };

  CHECK(writes());
  CHECK_FALSE(writes());
  CHECK(bench.device->asked == Targets{"get:a", "get:c"});
  bench.device->now.boot = 1;  // everything is asked again, and refused again
  CHECK(writes());
  CHECK(bench.device->asked == kEverything);
  CHECK_FALSE(writes());
}

TEST_CASE("a source that was chosen stays chosen over our own restart, until the box's") {
  const Kept kept;
  const auto value = [&](const Reply& reply, const Incarnation& run) {
    Bench bench([&](const Request&) { return reply; }, {"a"}, kept.file, {"new", "old"});
    bench.device->running = run;
    return bench.after_turn().series;
  };

  CHECK(value({{"new", 64}, {"old", 32}}, kRun) == 1);
  CHECK(value({{"old", 32}}, kRun) == 0);
  CHECK(value({{"old", 32}}, {"8.02", kRun.booted}) == 1);
  CHECK(value({{"new", 64}}, {"8.02", kRun.booted}) == 0);
}

TEST_CASE("other queries of the same box are asked at once, and what it lacks is still known") {
  Bench bench([](const Request& request) -> Reply {
    if (request.target == "b") throw Error(ErrorKind::refused, "401", Refusal::unsupported);
    return Reply{{"v", 1}};
  });
  bench.after_turn();
  Job job{.device = {.name = "home", .kind = "fritzbox", .interval = 1h}, .queries = {}};
  for (const char* const target : {"b", "d"}) {
    auto query = std::make_shared<Query>();
    query->name = target;
    query->parts = {{.name = "", .first = {{.verb = "get", .target = target}}}};
    job.queries.push_back(query);
  }
  bench.device->asked.clear();

  bench.poller->change(job, 100);
  CHECK(bench.poller->next_due() <= Clock::now());
  bench.poller->run_turn(Clock::now());

  CHECK(bench.device->asked == std::vector<std::string>{"get:d"});
  CHECK(bench.poller->next_due() > Clock::now() + 1min);
}

}  // namespace boxmeter::device_poller_test
