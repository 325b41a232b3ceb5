#include "poll/requester.h"

#include <doctest/doctest.h>

#include "fake_device.h"

namespace boxmeter::requester_test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point kNow{1h};

Request get(std::string target) { return {.verb = "get", .target = std::move(target)}; }
Part part(std::string name, std::vector<Request> first) {
  return {.name = std::move(name), .first = std::move(first)};
}
Query query(std::vector<Part> parts) {
  Query result;
  result.name = "q";
  result.parts = std::move(parts);
  return result;
}
Error unsupported(const std::string& text) {
  return Error(ErrorKind::refused, text, Refusal::unsupported);
}

}  // namespace

TEST_CASE("one request gives its reply, parts give an object of theirs") {
  FakeDevice device([](const Request& request) { return Reply(request.target); });
  Requester requester(device);

  CHECK(requester.ask(query({part("", {get("a")})}), kNow).reply == Reply("a"));
  CHECK(requester.ask(query({part("x", {get("a")}), part("y", {get("b")})}), kNow).reply ==
        Reply{{"x", "a"}, {"y", "b"}});
}

TEST_CASE("a part that fails is absent and told, one that this box lacks is only absent") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "broken") throw Error(ErrorKind::protocol, "not XML");
    if (request.target == "lacking") throw unsupported("no such service");
    return 1;
  });
  Requester requester(device);

  const QueryReply asked = requester.ask(
      query({part("x", {get("ok")}), part("y", {get("broken")}), part("z", {get("lacking")})}),
      kNow);

  CHECK(asked.reply == Reply{{"x", 1}});
  REQUIRE(asked.problems.size() == 1);
  CHECK(asked.problems[0].message == "not XML");
}

TEST_CASE("an answer that is kept serves all queries until its time or the box's epoch ends") {
  FakeDevice device([](const Request& request) -> Reply { return request.target; });
  Requester requester(device);
  Request info = get("info");
  info.keep = 10s;
  const Query first = query({part("device", {info}), part("x", {get("a")})});
  const Query second = query({part("device", {info}), part("x", {get("b")})});

  CHECK(requester.ask(first, kNow).reply == Reply{{"device", "info"}, {"x", "a"}});
  CHECK(requester.ask(second, kNow + 9s).reply == Reply{{"device", "info"}, {"x", "b"}});
  CHECK(device.asked == std::vector<std::string>{"get:info", "get:a", "get:b"});

  device.asked.clear();
  requester.ask(first, kNow + 10s);
  CHECK(device.asked == std::vector<std::string>{"get:info", "get:a"});

  device.asked.clear();
  device.now.boot = 1;
  requester.ask(first, kNow + 11s);
  CHECK(device.asked == std::vector<std::string>{"get:info", "get:a"});
}

TEST_CASE("what is kept is no answer: a query that the box lacks besides is unsupported") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "lacking") throw unsupported("no such service");
    return 1;
  });
  Requester requester(device);
  Request info = get("info");
  info.keep = 10s;

  CHECK_THROWS_WITH_AS(
      requester.ask(query({part("device", {info}), part("x", {get("lacking")})}), kNow),
      "no such service", Error);
}

TEST_CASE("for_each over a list substitutes and names each iteration") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "WLAN3") throw unsupported("no radio 3");
    return request.args.at("n");
  });
  Requester requester(device);
  Query loop =
      query({part("", {{.verb = "tr064", .target = "WLAN{radio}", .args = {{"n", "r{radio}"}}}})});
  loop.loop = Loop{.variable = "radio", .values = {"1", "2", "3"}};

  const QueryReply asked = requester.ask(loop, kNow);

  CHECK(asked.reply == Reply::parse(R"([{"radio":"1","reply":"r1"},{"radio":"2","reply":"r2"}])"));
  CHECK(asked.problems.empty());
}

TEST_CASE("for_each over a request binds what its rows say") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "wifi/ap/")
      return Reply::parse(R"([{"id":0,"config":{"band":"2d4g"}},{"id":10,"config":{}}])");
    return request.target;
  });
  Requester requester(device);
  Query loop = query({part("", {get("wifi/ap/{ap.id}/stations/")})});
  loop.loop = Loop{.variable = "ap",
                   .values = {},
                   .request = get("wifi/ap/"),
                   .each = {{.path = Path::parse("*")}},
                   .bind = {{"id", Path::parse("id")}, {"band", Path::parse("config/band")}}};

  CHECK(requester.ask(loop, kNow).reply ==
        Reply::parse(R"([{"ap":{"id":0,"band":"2d4g"},"reply":"wifi/ap/0/stations/"},
                         {"ap":{"id":10},"reply":"wifi/ap/10/stations/"}])"));
}

TEST_CASE("for_each asks only for the rows that its where keeps") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "player/")
      return Reply::parse(R"([{"id":1,"on":true},{"on":true},{"id":3}])");
    return request.target;
  });
  Requester requester(device);
  Query loop = query({part("", {get("player/{p.id}")})});
  loop.loop = Loop{.variable = "p",
                   .values = {},
                   .request = get("player/"),
                   .each = {{.path = Path::parse("*")}},
                   .where = {{.path = Path::parse("id"), .present = true},
                             {.path = Path::parse("on"), .any = {"true"}}},
                   .bind = {{"id", Path::parse("id")}}};

  CHECK(requester.ask(loop, kNow).reply == Reply::parse(R"([{"p":{"id":1},"reply":"player/1"}])"));
}

TEST_CASE("a list with nothing in it is an answer") {
  FakeDevice device([](const Request&) { return Reply::object(); });
  Requester requester(device);
  Query loop = query({part("", {get("x/{ap.id}")})});
  loop.loop = Loop{.variable = "ap",
                   .values = {},
                   .request = get("wifi/ap/"),
                   .each = {{.path = Path::parse("*")}},
                   .bind = {{"id", Path::parse("id")}}};

  CHECK(requester.ask(loop, kNow).reply == Reply::array());
}

TEST_CASE("a request that this box lacks is asked again after 5 minutes, doubling to an hour") {
  FakeDevice device([](const Request&) -> Reply { throw unsupported("Invalid Action"); });
  Requester requester(device);
  const Query lacking = query({part("", {get("a")})});
  const auto asked_at = [&](Clock::duration after) {
    device.asked.clear();
    CHECK_THROWS_WITH_AS(requester.ask(lacking, kNow + after), "Invalid Action", Error);
    return !device.asked.empty();
  };

  CHECK(asked_at(0s));
  CHECK(requester.ask_again() == kNow + 5min);
  CHECK_FALSE(asked_at(299s));
  CHECK(requester.ask_again() == kNow + 5min);
  CHECK(asked_at(5min));
  CHECK_FALSE(asked_at(14min));
  CHECK(asked_at(15min));
  CHECK(asked_at(35min));
  CHECK(asked_at(75min));
  CHECK_FALSE(asked_at(134min));
  CHECK(asked_at(135min));
}

TEST_CASE("after a restart of the box everything is worth asking at once") {
  FakeDevice device([](const Request&) -> Reply { throw unsupported("Invalid Action"); });
  Requester requester(device);
  const Query lacking = query({part("", {get("a")})});
  CHECK_THROWS_AS(requester.ask(lacking, kNow), Error);

  device.now.boot = 1;
  device.asked.clear();
  CHECK_THROWS_AS(requester.ask(lacking, kNow + 1s), Error);

  CHECK(device.asked.size() == 1);
}

TEST_CASE("an alternative is tried only when the box lacks the one before it") {
  bool broken = false;
  FakeDevice device([&](const Request& request) -> Reply {
    if (request.target == "new") throw unsupported("no");
    if (broken) throw Error(ErrorKind::protocol, "cut off");
    return request.target;
  });
  Requester requester(device);
  const Query either = query({part("", {get("new"), get("old"), get("older")})});

  CHECK(requester.ask(either, kNow).reply == Reply("old"));
  broken = true;
  device.asked.clear();
  CHECK_THROWS_WITH_AS(requester.ask(either, kNow), "cut off", Error);
  CHECK(device.asked == std::vector<std::string>{"get:old"});
}

TEST_CASE("what does not run at the moment is asked again as usual") {
  FakeDevice device([](const Request&) -> Reply {
    throw Error(ErrorKind::refused, "not running", Refusal::idle);
  });
  Requester requester(device);
  const Query idle = query({part("", {get("xdsl")})});

  for (int i = 0; i < 3; ++i) CHECK_THROWS_WITH_AS(requester.ask(idle, kNow), "not running", Error);

  CHECK(device.asked.size() == 3);
}

TEST_CASE("an error of the device ends the query at once") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "b") throw Error(ErrorKind::timeout, "no answer");
    return 1;
  });
  Requester requester(device);

  CHECK_THROWS_WITH_AS(
      requester.ask(query({part("x", {get("a")}), part("y", {get("b")}), part("z", {get("c")})}),
                    kNow),
      "no answer", Error);
  CHECK(device.asked == std::vector<std::string>{"get:a", "get:b"});
}

TEST_CASE("what comes and goes is forgotten: ids that nobody asks for any more cost nothing") {
  FakeDevice device([](const Request& request) -> Reply {
    if (request.target == "lacking") throw unsupported("no such service");
    return 1;
  });
  Requester requester(device);
  int call = 0;
  const auto poll = [&](Clock::time_point now) {
    std::vector<Part> parts = {part("lacking", {get("lacking")})};
    for (const char* name : {"a", "b", "c"}) {
      Request request = get("call/" + std::to_string(call++));
      request.keep = 10min;
      parts.push_back(part(name, {request}));
    }
    parts.push_back(part("same", {get("same")}));
    requester.ask(query(std::move(parts)), now);
  };

  for (int turn = 0; turn < 3000; ++turn) poll(kNow + turn * 1s);
  CHECK(requester.capabilities().size() <= 1010);
  CHECK(requester.capabilities().contains("get:lacking"));

  for (int turn = 0; turn < 3; ++turn) poll(kNow + 3h + turn * 61min);
  CHECK(requester.capabilities().size() < 20);
}

}  // namespace boxmeter::requester_test
