#include <doctest/doctest.h>

#include <sstream>

#include "captured_log.h"
#include "publish/push.h"
#include "raw_server.h"

namespace boxmeter::push_sink_test {

using namespace std::chrono_literals;
using testing::Peer;
using testing::RawServer;

namespace {

/// Telegraf's place: answers each request as `reaction` says and keeps the bodies it took.
class Listener {
 public:
  /// Gets the request's number, from 1, and its body; returns false to close without an answer.
  using Reaction = std::function<bool(Peer&, int number, const std::string& body)>;

  explicit Listener(Reaction reaction)
      : reaction_(std::move(reaction)), server_([this](Peer& peer) {
          for (std::string request; !(request = peer.read_request()).empty();) {
            const std::string body = request.substr(request.find("\r\n\r\n") + 4);
            const int number = seen_.with([&](auto& seen) {
              seen.push_back(request);
              return static_cast<int>(seen.size());
            });
            if (!reaction_(peer, number, body)) return;
          }
        }) {}

  std::vector<std::string> requests() const {
    return seen_.with([](const auto& seen) { return seen; });
  }
  std::string url() const { return server_.url("/telegraf"); }
  int connections() const { return server_.connections(); }

 private:
  Reaction reaction_;
  Guarded<std::vector<std::string>> seen_;
  RawServer server_;  // last: its threads use the rest
};

template <typename Condition>
bool soon(Condition condition) {
  const auto end = Clock::now() + 10s;
  while (!condition() && Clock::now() < end) std::this_thread::sleep_for(2ms);
  return condition();
}

SnapshotPtr snapshot(int number, std::string query = "freebox_connection",
                     std::string device = "free") {
  const auto family = std::make_shared<const Family>(Family{.name = "box_n"});
  const Point point{.value = Number(static_cast<std::uint64_t>(number))};
  return std::make_shared<const Snapshot>(
      Snapshot{.device = std::move(device),
               .query = std::move(query),
               .answered = WallClock::time_point(std::chrono::milliseconds(number)),
               .series = {{family, {point}}},
               .reply = Reply{{"n", number}}});
}

std::string object(int number) {
  const std::string digits = std::to_string(number);
  return R"({"name":"prometheus","timestamp":)" + digits +
         R"(,"tags":{"device":"free"},"fields":{"box_n":)" + digits + "}}";
}

SinkOptions options(const Listener& listener, std::string_view format = "raw") {
  return {.name = "t",
          .url = listener.url(),
          .format = &push_format(format),
          .interval = 5ms,
          .timeout = 2s,
          .retry_first = 5ms,
          .retry_most = 20ms};
}

using Counts = std::map<std::string, std::uint64_t>;

}  // namespace

TEST_CASE("a sink survives every answer of a listener and loses nothing but what is refused") {
  CapturedLog log;
  Guarded<std::vector<std::string>> taken;
  Listener listener([&](Peer& peer, int number, const std::string& body) {
    switch (number) {
      case 1:
        return peer.answer(500, "internal");
      case 2:
        return peer.answer(429, "", "Retry-After: 1\r\n");
      case 3:
        return peer.answer(410, "");
      case 4:
        return false;
      case 5:
        return peer.answer(401, "Unauthorized.");
      default:
        break;
    }
    if (body == R"({"n":3})") return peer.answer(400, R"({"error":"http: bad request"})");
    if (body == R"({"n":5})") return peer.answer(413, "");
    taken.with([&](auto& bodies) { bodies.push_back(body); });
    return peer.answer(204, "");
  });
  const auto begin = Clock::now();
  {
    Sink sink(options(listener));
    for (int i = 0; i < 8; ++i) sink.add(snapshot(i));
    REQUIRE(soon([&] { return sink.status().queued_objects == 0; }));

    const SinkStatus status = sink.status();
    CHECK(status.name == "t");
    CHECK(status.sent == 6);
    CHECK(status.dropped == Counts{{"rejected", 1}, {"too_large", 1}});
    CHECK(status.failures.at("auth") == 1);
    CHECK(status.failures.at("refused") == 4);  // 500, 429, 410, 400
    CHECK(status.failures.at("too_large") == 1);
    CHECK(status.queued_bytes == 0);
    CHECK_FALSE(status.oldest.has_value());
    CHECK(status.last_error.empty());
  }
  CHECK(Clock::now() - begin > 1s);  // Retry-After
  CHECK(taken.with([](auto& bodies) { return bodies; }) ==
        std::vector<std::string>{R"({"n":0})", R"({"n":1})", R"({"n":2})", R"({"n":4})",
                                 R"({"n":6})", R"({"n":7})"});
  CHECK(log.text().find("warn  push t: HTTP 500 'internal': keeping ") == 0);
  CHECK(log.text().find("info  push t: delivering again, ") != std::string::npos);
}

TEST_CASE("twenty objects in one body, one of them refused: nineteen arrive") {
  CapturedLog log;
  Guarded<std::string> taken;
  std::atomic<bool> open = false;
  Listener listener([&](Peer& peer, int, const std::string& body) {
    if (!open) return peer.answer(503, "");
    if (body.find("\"box_n\":13}") != std::string::npos) return peer.answer(400, "");
    taken.with([&](auto& text) { text += body; });
    return peer.answer(204, "");
  });
  Sink sink(options(listener, "json"));
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    sink.add(snapshot(i));
    if (i != 13) expected += object(i);
  }
  REQUIRE(soon([&] { return sink.status().failures.count("refused") > 0; }));
  CHECK(sink.status().oldest == WallClock::time_point(0ms));

  open = true;
  REQUIRE(soon([&] { return sink.status().queued_objects == 0; }));

  std::string got = taken.with([](auto& text) { return text; });
  for (const char* between : {"][", "},{"})
    for (std::size_t at; (at = got.find(between)) != std::string::npos;)
      got.replace(at, std::string_view(between).size(), between[0] == ']' ? "" : "}{");
  CHECK(got == "[" + expected + "]");
  CHECK(sink.status().sent == 19);
  CHECK(sink.status().dropped == Counts{{"rejected", 1}});
}

TEST_CASE("a request is a POST with type, name and credentials over one kept connection") {
  CapturedLog log;
  Listener listener([](Peer& peer, int, const std::string&) { return peer.answer(204, ""); });
  SinkOptions wanted = options(listener);
  wanted.username = "monitor";
  wanted.password = Secret("opensesame");
  Sink sink(wanted);

  for (int i = 0; i < 3; ++i) sink.add(snapshot(i));
  REQUIRE(soon([&] { return sink.status().sent == 3; }));

  const auto requests = listener.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].find("POST /telegraf HTTP/1.1\r\n") == 0);
  for (const char* header :
       {"\r\nContent-Type: application/json\r\n",
        "\r\nUser-Agent: boxmeter/" BOXMETER_VERSION "\r\n",
        "\r\nAuthorization: Basic bW9uaXRvcjpvcGVuc2VzYW1l\r\n", "\r\nContent-Length: 7\r\n"}) {
    CAPTURE(header);
    CHECK(requests[0].find(header) != std::string::npos);
  }
  CHECK(listener.connections() == 1);
}

TEST_CASE("a sink takes only the devices and queries it names") {
  CapturedLog log;
  Listener listener([](Peer& peer, int, const std::string&) { return peer.answer(204, ""); });
  SinkOptions picky = options(listener);
  picky.devices = {"free"};
  picky.queries = {"freebox_connection", "freebox_system"};
  {
    Sink sink(picky);
    sink.add(snapshot(1, "freebox_hosts"));
    sink.add(snapshot(2, "freebox_system", "home"));
    sink.add(snapshot(3, "freebox_system"));
    sink.add(snapshot(4));
    REQUIRE(soon([&] { return sink.status().sent == 2; }));
  }
  CHECK(listener.requests().size() == 2);
}

TEST_CASE("extra labels of the device become tags") {
  CapturedLog log;
  Listener listener([](Peer& peer, int, const std::string&) { return peer.answer(204, ""); });
  SinkOptions labelled = options(listener, "json");
  labelled.device_labels = {{"free", {{"site", "attic"}}}};
  Sink sink(labelled);

  sink.add(snapshot(1));
  REQUIRE(soon([&] { return sink.status().sent == 1; }));

  CHECK(listener.requests().at(0).find(R"("tags":{"device":"free","site":"attic"})") !=
        std::string::npos);
}

TEST_CASE("a sink that ends delivers what waits for its interval") {
  CapturedLog log;
  Listener listener([](Peer& peer, int, const std::string&) { return peer.answer(204, ""); });
  SinkOptions rare = options(listener, "json");
  rare.interval = 1h;
  {
    Sink sink(rare);
    sink.add(snapshot(0));
    REQUIRE(soon([&] { return sink.status().sent == 1; }));
    for (int i = 1; i < 4; ++i) sink.add(snapshot(i));
  }
  const auto requests = listener.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].substr(requests[1].find("\r\n\r\n") + 4) ==
        "[" + object(1) + "," + object(2) + "," + object(3) + "]");
  CHECK(log.text().empty());
}

TEST_CASE("silent listeners delay neither add() nor the end, however many there are") {
  CapturedLog log;
  Listener listener([](Peer& peer, int, const std::string&) {
    peer.be_silent();
    return false;
  });
  SinkOptions silent = options(listener);
  silent.timeout = 30s;
  const auto begin = Clock::now();
  Clock::time_point end;
  {
    Sink first(silent), second(silent), third(silent);
    const std::array<Sink*, 3> all{&first, &second, &third};
    for (Sink* sink : all)
      for (int i = 0; i < 1000; ++i) sink->add(snapshot(i));
    REQUIRE(soon([&] { return listener.connections() == 3; }));
    end = Clock::now();
    for (Sink* sink : all) sink->finish();
  }
  CHECK(end - begin < 5s);
  CHECK(Clock::now() - end < 1400ms);  // three times 500 ms would be more
  CHECK(log.text().find("warn  push t: ends with 1000 objects undelivered") != std::string::npos);
}

TEST_CASE("a sink that nobody listens to keeps its bound and ends at once") {
  CapturedLog log;
  SinkOptions dead{.name = "t",
                   .url = "http://127.0.0.1:1/telegraf",
                   .max_queue = 10'000,
                   .interval = 5ms,
                   .timeout = 5s,
                   .retry_first = 1s};
  const auto begin = Clock::now();
  {
    Sink sink(dead);
    for (int i = 0; i < 200; ++i) sink.add(snapshot(i));
    REQUIRE(soon([&] { return sink.status().failures.count("network") > 0; }));

    const SinkStatus status = sink.status();
    CHECK(status.queued_bytes <= 10'000);
    CHECK(status.queued_objects + status.dropped.at("queue_full") == 200);
    CHECK(status.sent == 0);
    CHECK_FALSE(status.last_error.empty());
  }
  CHECK(Clock::now() - begin < 4s);
}

}  // namespace boxmeter::push_sink_test
