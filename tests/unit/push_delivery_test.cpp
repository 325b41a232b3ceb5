#include "virtual_listener.h"

namespace boxmeter::push_delivery_test {

using namespace testing;
using namespace std::chrono_literals;

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
        "the listener takes no body of 342 bytes (HTTP 413): sending smaller ones, and larger ones "
        "again after a while; max_body spares the tries");
  CHECK(listener.notes[1].text ==
        "query 'q' of device 'free' has 60 bytes, more than the listener takes (HTTP 413): "
        "dropped; raise max_body_size in Telegraf, and max_body here if it is set (said once; see "
        "boxmeter_push_dropped_total)");
}

TEST_CASE("one 413 made batches small until the next start; they grow again, ever more carefully") {
  Delivery delivery({.interval = 1s});
  std::size_t bound = 50;
  Listener listener{
      .answer = [&](const std::string& body) { return status(body.size() > bound ? 413 : 204); }};
  auto now = kStart;
  const auto longest_of = [&](int flushes) {
    listener.bodies.clear();
    for (int i = 0; i < flushes; ++i) {
      fill(delivery, 0, 20);
      now = listener.run(delivery, now, now + 1s);
    }
    return std::ranges::max(listener.bodies, {}, &std::string::size).size();
  };

  CHECK(longest_of(1) == 141);  // 20 objects: split to 35 bytes, 4 objects to a body
  bound = 1000;                 // it was for a while
  CHECK(longest_of(4) == 29);
  CHECK(longest_of(50) == 141);
  CHECK(delivery.failures() == Counts{{"too_large", 2}});

  bound = 50;  // and if it was not, few are tried in vain
  longest_of(1);
  const auto failed = delivery.failures().at("too_large");
  longest_of(1000);
  CHECK(delivery.failures().at("too_large") - failed < 20);
  CHECK(delivery.dropped().empty());
  CHECK(delivery.sent() == 1056 * 20);
}

TEST_CASE("a raw body above max_body is dropped, counted, and told once with the setting") {
  Delivery delivery({.framing = {.batches = false}, .max_body = 10, .interval = 10s});

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
  Delivery delivery({.framing = {.batches = false}});
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

TEST_CASE("at the end everything is due at once") {
  Delivery delivery({.interval = 1h});
  fill(delivery, 0, 1);
  delivery.answered(delivery.next(kStart).value(), status(500), kStart);
  REQUIRE_FALSE(delivery.next(kStart).has_value());

  delivery.ignore_waits();

  CHECK(delivery.next(kStart).has_value());
}

TEST_CASE("a listener that comes back is not flooded: at most so many bytes a second") {
  // Bodies of 71 bytes: ten objects of six, commas and brackets.
  Delivery delivery({.max_body = 71, .max_rate = 142, .interval = 10s});
  bool is_there = false;
  Listener listener{.answer = [&](const std::string&) { return status(is_there ? 204 : 503); }};
  fill(delivery, 0, 100);
  auto now = listener.run(delivery, kStart, kStart + 1h);
  CHECK(listener.got.empty());

  is_there = true;
  listener.bodies.clear();
  now = *delivery.due(now);
  listener.run(delivery, now, now);
  CHECK(listener.bodies.size() == 1);  // the next has to wait for half a second
  CHECK(delivery.due(now) == now + 500ms);
  listener.run(delivery, now, now + 4s);
  CHECK(listener.bodies.size() == 9);
  listener.run(delivery, now + 4s, now + 5s);

  CHECK(listener.got == all_but(100, {}));
  CHECK(delivery.queue().empty());
}

TEST_CASE("at the end not even the rate is waited for") {
  Delivery delivery({.max_body = 8, .max_rate = 1, .interval = 1h});
  fill(delivery, 0, 2);
  delivery.answered(delivery.next(kStart).value(), status(204), kStart);
  REQUIRE_FALSE(delivery.next(kStart).has_value());

  delivery.ignore_waits();

  CHECK(delivery.next(kStart).has_value());
}

}  // namespace boxmeter::push_delivery_test
