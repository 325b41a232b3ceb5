#include <doctest/doctest.h>

#include <random>

#include "publish/delivery.h"

using namespace boxmeter;
using namespace std::chrono_literals;

namespace {

const Clock::time_point kStart{100h};

PushObject object(std::string text) {
  return {.text = std::move(text),
          .source = std::make_shared<const std::string>("query 'q' of device 'free'")};
}

/// Objects "0", "1" ... of one width, so that sizes are easy to count.
std::string numbered(int number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

void fill(Delivery& delivery, int from, int to) {
  for (int i = from; i < to; ++i) CHECK(delivery.add(object(numbered(i))).empty());
}

std::vector<std::string> objects_of(const std::string& body) {
  std::vector<std::string> objects;
  for (std::size_t at = 1; at + 6 < body.size(); at += 7) objects.push_back(body.substr(at, 6));
  return objects;
}

/// A listener in virtual time: `status` answers a body; what got a 204 is kept.
struct Listener {
  std::function<PushAnswer(const std::string& body)> answer;
  std::vector<std::string> bodies = {};
  std::vector<std::string> got = {};
  PushNotes notes = {};

  /// Sends all that is due until `until` and returns the time then.
  Clock::time_point run(Delivery& delivery, Clock::time_point now, Clock::time_point until) {
    for (;;) {
      const auto due = delivery.due(now);
      if (!due || *due > until) return until;
      now = std::max(now, *due);
      const auto body = delivery.next(now);
      REQUIRE(body.has_value());
      bodies.push_back(body->text);
      const PushAnswer what = answer(body->text);
      if (what.status == 204)
        for (const std::string& each : objects_of(body->text)) got.push_back(each);
      const PushNotes more = delivery.answered(*body, what, now);
      notes.insert(notes.end(), more.begin(), more.end());
    }
  }
};

PushAnswer status(int code, std::string body = "") {
  return {.status = code, .body = std::move(body)};
}

std::vector<std::string> all_but(int count, const std::vector<int>& missing) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i)
    if (std::find(missing.begin(), missing.end(), i) == missing.end()) names.push_back(numbered(i));
  return names;
}

using Counts = std::map<std::string, std::uint64_t>;

}  // namespace

TEST_CASE("the first object goes at once, later ones together after the interval") {
  Delivery delivery({.interval = 10s});
  Listener listener{.answer = [](const std::string&) { return status(204); }};

  CHECK_FALSE(delivery.due(kStart).has_value());
  fill(delivery, 0, 1);
  listener.run(delivery, kStart, kStart);
  fill(delivery, 1, 4);
  CHECK(delivery.due(kStart + 1s) == kStart + 10s);
  CHECK_FALSE(delivery.next(kStart + 9s).has_value());
  listener.run(delivery, kStart + 1s, kStart + 10s);

  CHECK(listener.bodies == std::vector<std::string>{"[000000]", "[000001,000002,000003]"});
  CHECK(delivery.sent() == 4);
  CHECK(listener.notes.empty());
}

TEST_CASE("a flush sends everything, in bodies that end at an object and below max_body") {
  Delivery delivery({.max_body = 22, .interval = 10s});  // "[" 3 x 6, 2 commas "]"
  fill(delivery, 0, 7);
  Listener listener{.answer = [](const std::string&) { return status(200); }};

  listener.run(delivery, kStart, kStart);

  CHECK(listener.bodies ==
        std::vector<std::string>{"[000000,000001,000002]", "[000003,000004,000005]", "[000006]"});
  CHECK(delivery.queue().empty());
}

TEST_CASE("a queue that fills does not wait for its interval") {
  Delivery delivery({.max_queue = 1000, .interval = 1h});
  Listener listener{.answer = [](const std::string&) { return status(204); }};
  fill(delivery, 0, 1);
  listener.run(delivery, kStart, kStart);

  fill(delivery, 1, 6);
  CHECK(delivery.due(kStart) == kStart);
}

TEST_CASE("one object that the listener refuses costs only itself, wherever it stands") {
  for (int poison = 0; poison < 20; ++poison) {
    CAPTURE(poison);
    Delivery delivery;
    fill(delivery, 0, 20);
    Listener listener{.answer = [&](const std::string& body) {
      const bool bad = body.find(numbered(poison)) != std::string::npos;
      return bad ? status(400, R"({"error":"http: bad request"})") : status(204);
    }};

    listener.run(delivery, kStart, kStart);

    CHECK(listener.got == all_but(20, {poison}));
    CHECK(listener.bodies.size() <= 12);
    CHECK(delivery.sent() == 19);
    CHECK(delivery.dropped() == Counts{{"rejected", 1}});
    CHECK(delivery.queue().empty());
    CHECK(listener.notes ==
          PushNotes{{false,
                     "query 'q' of device 'free': the listener refuses it, HTTP 400 "
                     "'{\"error\":\"http: bad request\"}': dropped (said once; see "
                     "boxmeter_push_dropped_total)"}});
  }
}

TEST_CASE(
    "several refused objects are found, 422 counts as 400 does, and the source is told once") {
  Delivery delivery;
  fill(delivery, 0, 50);
  Listener listener{.answer = [](const std::string& body) {
    for (int bad : {0, 7, 8, 31, 49})
      if (body.find(numbered(bad)) != std::string::npos) return status(422);
    return status(204);
  }};

  listener.run(delivery, kStart, kStart);

  CHECK(listener.got == all_but(50, {0, 7, 8, 31, 49}));
  CHECK(delivery.dropped() == Counts{{"rejected", 5}});
  CHECK(listener.notes.size() == 1);
}

TEST_CASE("a listener that refuses everything is not hammered, and is believed when it changes") {
  Delivery delivery({.patience = 3});
  fill(delivery, 0, 40);
  bool wrong = true;
  Listener listener{.answer = [&](const std::string&) { return status(wrong ? 400 : 204); }};

  listener.run(delivery, kStart, kStart);
  CHECK(delivery.dropped() == Counts{{"rejected", 3}});
  CHECK(delivery.due(kStart) == kStart + 1s);
  REQUIRE(listener.notes.size() == 2);
  CHECK(listener.notes[1].text ==
        "the listener refuses everything, HTTP 400: trying more slowly; is its data_format made "
        "for this sink's format?");
  listener.run(delivery, kStart, kStart + 4s);  // after 1 s, and 2 s after that
  CHECK(delivery.dropped() == Counts{{"rejected", 5}});
  wrong = false;
  listener.run(delivery, kStart + 4s, kStart + 7s);

  CHECK(delivery.sent() == 35);
  CHECK(listener.notes.back() == PushNote{true, "delivering again, 35 objects queued"});
}

TEST_CASE("413 halves the body down to one object, and later bodies start smaller") {
  Delivery delivery({.interval = 10s});
  fill(delivery, 0, 20);
  CHECK(delivery.add(object(std::string(60, 'x'))).empty());
  fill(delivery, 20, 40);
  Listener listener{.answer = [](const std::string& body) {
    return status(body.size() > 50 ? 413 : 204, R"({"error":"http: request body too large"})");
  }};

  listener.run(delivery, kStart, kStart);
  const auto tries = listener.bodies.size();
  fill(delivery, 40, 60);
  listener.run(delivery, kStart, kStart + 10s);

  CHECK(listener.got == all_but(60, {}));
  CHECK(delivery.sent() == 60);
  CHECK(delivery.dropped() == Counts{{"too_large", 1}});
  CHECK(listener.bodies.size() - tries == 5);  // 20 objects, 4 to a body, no 413 again
  REQUIRE(listener.notes.size() == 2);
  CHECK(listener.notes[0].text ==
        "the listener takes no body of 342 bytes (HTTP 413): sending smaller ones from now on; "
        "max_body spares the tries");
  CHECK(listener.notes[1].text ==
        "query 'q' of device 'free' has 60 bytes, more than the listener takes (HTTP 413): "
        "dropped; raise max_body_size in Telegraf, and max_body here if it is set (said once; see "
        "boxmeter_push_dropped_total)");
}

TEST_CASE("a raw body above max_body is dropped, counted, and told once with the setting") {
  Delivery delivery({.batches = false, .max_body = 10, .interval = 10s});

  const PushNotes first = delivery.add(object("[1,2,3,4,5,6]"));
  const PushNotes second = delivery.add(object("[1,2,3,4,5,7]"));

  CHECK(first == PushNotes{{false,
                            "query 'q' of device 'free' has 13 bytes, more than max_body (10): "
                            "dropped; raise max_body here, and max_body_size in Telegraf (said "
                            "once; see boxmeter_push_dropped_total)"}});
  CHECK(second.empty());
  CHECK(delivery.dropped() == Counts{{"too_large", 2}});
  CHECK(delivery.queue().empty());
}

TEST_CASE("raw bodies go one by one, in order, and a refused one is dropped") {
  Delivery delivery({.batches = false});
  for (const char* text : {"{\"a\":1}", "1700", "{\"a\":2}"}) delivery.add(object(text));
  Listener listener{
      .answer = [](const std::string& body) { return status(body == "1700" ? 400 : 204); }};

  listener.run(delivery, kStart, kStart);

  CHECK(listener.bodies == std::vector<std::string>{"{\"a\":1}", "1700", "{\"a\":2}"});
  CHECK(delivery.sent() == 2);
  CHECK(delivery.dropped() == Counts{{"rejected", 1}});
}

TEST_CASE("what an answer means for data, pace, count and log") {
  struct Row {
    PushAnswer answer;
    std::chrono::milliseconds wait;
    std::string reason, note;
  };
  const std::string again = ": keeping 2 objects, trying again";
  const std::string slow = "; keeping what is queued, trying again every 60 s";
  const std::string login = ": check username and password, or the bearer token";
  const auto error = [](ErrorKind kind, std::string message) {
    return PushAnswer{.error = kind, .message = std::move(message)};
  };
  const std::vector<Row> rows{
      {status(500, "oops"), 1s, "refused", "HTTP 500 'oops'" + again},
      {status(503), 1s, "refused", "HTTP 503" + again},
      {status(408), 1s, "refused", "HTTP 408" + again},
      {status(410), 1s, "refused", "HTTP 410" + again},
      {status(425), 1s, "refused", "HTTP 425" + again},
      {status(429), 1s, "refused", "HTTP 429" + again},
      {error(ErrorKind::network, "connection refused"), 1s, "network",
       "connection refused" + again},
      {error(ErrorKind::timeout, "no answer within 5 s"), 1s, "timeout",
       "no answer within 5 s" + again},
      {error(ErrorKind::tls, "bad certificate"), 1s, "tls", "bad certificate" + again},
      {error(ErrorKind::protocol, "not HTTP"), 1s, "protocol", "not HTTP" + again},
      {status(401, "Unauthorized."), 60s, "auth", "HTTP 401 'Unauthorized.'" + login + slow},
      {status(403), 60s, "auth", "HTTP 403" + login + slow},
      {status(404), 60s, "config",
       "HTTP 404: check the path of the url (Telegraf's setting is `paths`)" + slow},
      {status(405), 60s, "config",
       "HTTP 405: check that the listener takes POST (`methods`)" + slow},
      {status(302), 60s, "config",
       "HTTP 302: redirects are not followed, give the final url" + slow},
      {status(415), 60s, "config", "HTTP 415: check the url and what listens there" + slow},
  };
  for (const Row& row : rows) {
    CAPTURE(row.note);
    Delivery delivery;
    fill(delivery, 0, 2);
    Listener failing{.answer = [&](const std::string&) { return row.answer; }};
    Listener well{.answer = [](const std::string&) { return status(204); }};

    failing.run(delivery, kStart, kStart);

    CHECK(delivery.waiting());
    CHECK(delivery.due(kStart) == kStart + row.wait);
    CHECK(delivery.failures() == Counts{{row.reason, 1}});
    CHECK(delivery.dropped().empty());
    CHECK(failing.notes == PushNotes{{false, row.note}});
    well.run(delivery, kStart, kStart + row.wait);
    CHECK(well.got == all_but(2, {}));
    CHECK(well.notes == PushNotes{{true, "delivering again, 2 objects queued"}});
    CHECK(delivery.last_error().empty());
  }
}

TEST_CASE("waiting doubles to a minute, jitter shortens it, and one line is all that is said") {
  double draw = 1.0;
  Delivery delivery({.jitter = [&] { return draw; }});
  fill(delivery, 0, 1);
  PushNotes notes;
  auto now = kStart;
  const auto fail = [&](PushAnswer answer) {
    const auto more = delivery.answered(delivery.next(now).value(), answer, now);
    notes.insert(notes.end(), more.begin(), more.end());
    const auto waited = delivery.due(now).value() - now;
    now += waited;
    return waited;
  };

  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s})
    CHECK(fail(status(500)) == expected);
  draw = 0.25;
  CHECK(fail(status(500)) == 15s);
  draw = 0.0;
  CHECK(fail(status(500)) == 0s);

  CHECK(notes.size() == 1);
}

TEST_CASE("Retry-After makes the wait longer, never shorter, and has an end") {
  const auto wait = [](int code, std::chrono::milliseconds asked) {
    Delivery delivery;
    fill(delivery, 0, 1);
    const PushAnswer answer{.status = code, .retry_after = asked};
    delivery.answered(delivery.next(kStart).value(), answer, kStart);
    return delivery.due(kStart).value() - kStart;
  };

  CHECK(wait(429, 7s) == 7s);
  CHECK(wait(503, 0s) == 1s);
  CHECK(wait(429, 24h) == 5min);
  CHECK(wait(401, 90s) == 90s);
}

TEST_CASE("a full queue drops its oldest, counts them, and says so once per outage") {
  constexpr std::size_t kEach = 6 + PushQueue::kOverhead;
  Delivery delivery({.max_queue = 10 * kEach});
  PushNotes notes;
  for (int i = 0; i < 25; ++i)
    for (const PushNote& note : delivery.add(object(numbered(i)))) notes.push_back(note);

  CHECK(delivery.queue().size() == 10);
  CHECK(delivery.queue().bytes() == 10 * kEach);
  CHECK(delivery.dropped() == Counts{{"queue_full", 15}});
  CHECK(notes == PushNotes{{false,
                            "the queue is full (1020 bytes): the oldest objects are dropped and "
                            "counted until the listener takes them again"}});
  Listener listener{.answer = [](const std::string&) { return status(204); }};
  listener.run(delivery, kStart, kStart);
  CHECK(listener.got == std::vector<std::string>{"000015", "000016", "000017", "000018", "000019",
                                                 "000020", "000021", "000022", "000023", "000024"});
}

TEST_CASE("an object larger than the whole queue pushes nothing out") {
  Delivery delivery({.max_queue = 300});
  fill(delivery, 0, 2);

  const PushNotes notes = delivery.add(object(std::string(300, 'x')));

  CHECK(delivery.queue().size() == 2);
  CHECK(delivery.dropped() == Counts{{"too_large", 1}});
  CHECK(notes == PushNotes{{false,
                            "query 'q' of device 'free' has 300 bytes, more than the queue holds: "
                            "dropped; raise max_queue (said once; see "
                            "boxmeter_push_dropped_total)"}});
}

TEST_CASE("objects dropped while they are on their way are not taken for later ones") {
  constexpr std::size_t kEach = 6 + PushQueue::kOverhead;
  Delivery delivery({.max_queue = 4 * kEach});
  fill(delivery, 0, 4);
  const auto body = delivery.next(kStart);
  REQUIRE(body->text == "[000000,000001,000002,000003]");
  for (int i = 4; i < 7; ++i) delivery.add(object(numbered(i)));

  SUBCASE("delivered") {
    delivery.answered(*body, status(204), kStart);
    CHECK(delivery.sent() == 1);
    CHECK(delivery.queue().at(delivery.queue().begin()).text == "000004");
  }
  SUBCASE("refused") {
    delivery.answered(*body, status(400), kStart);
    CHECK(delivery.queue().at(delivery.queue().begin()).text == "000003");
    CHECK(delivery.next(kStart)->text == "[000003]");
  }
  CHECK(delivery.dropped().at("queue_full") == 3);
}

TEST_CASE("a refused or too large object that was dropped meanwhile is counted once") {
  constexpr std::size_t kEach = 6 + PushQueue::kOverhead;
  for (const int code : {400, 413}) {
    Delivery delivery({.batches = false, .max_queue = kEach});
    fill(delivery, 0, 1);
    const auto body = delivery.next(kStart);
    delivery.add(object(numbered(1)));

    delivery.answered(*body, status(code), kStart);

    CHECK(delivery.dropped() == Counts{{"queue_full", 1}});
    CHECK(delivery.queue().size() == 1);
  }
}

TEST_CASE("at the end everything is due at once") {
  Delivery delivery({.interval = 1h});
  fill(delivery, 0, 1);
  delivery.answered(delivery.next(kStart).value(), status(500), kStart);
  REQUIRE_FALSE(delivery.next(kStart).has_value());

  delivery.hurry();

  CHECK(delivery.next(kStart).has_value());
}

TEST_CASE("whatever a listener answers, nothing is lost uncounted and the order stays") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    Delivery delivery({.max_body = 200, .max_queue = 4000, .interval = 10s, .patience = 3});
    constexpr int kCodes[] = {204, 204, 204, 400, 408, 410, 413, 422, 429, 500, 503, 401, 0};
    Listener listener{.answer = [&](const std::string& body) {
      if (body.find('7') != std::string::npos) return status(400);
      const int code = kCodes[below(std::size(kCodes))];
      if (code == 400 || code == 422 || code == 413) return status(body.size() > 8 ? code : 204);
      return status(code);
    }};
    auto now = kStart;
    int added = 0;
    for (int round = 0; round < 40; ++round, now += 10s) {
      for (int more = below(12); more > 0; --more) delivery.add(object(numbered(added++)));
      listener.run(delivery, now, now + 10s);
    }
    listener.answer = [](const std::string&) { return status(204); };
    listener.run(delivery, now, now + 1h);

    CHECK(std::is_sorted(listener.got.begin(), listener.got.end()));
    CHECK(std::adjacent_find(listener.got.begin(), listener.got.end()) == listener.got.end());
    CHECK(delivery.sent() == listener.got.size());
    std::uint64_t dropped = 0;
    for (const auto& [reason, count] : delivery.dropped()) dropped += count;
    CHECK(static_cast<int>(delivery.sent() + dropped) == added);
    CHECK(delivery.dropped().count("too_large") == 0);
  }
}
