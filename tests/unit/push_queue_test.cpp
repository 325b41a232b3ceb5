#include <random>

#include "virtual_listener.h"

namespace boxmeter::push_queue_test {

using namespace testing;
using namespace std::chrono_literals;

TEST_CASE("a queue that fills does not wait for its interval") {
  Delivery delivery({.max_queue = 1000, .interval = 1h});
  Listener listener{.answer = [](const std::string&) { return status(204); }};
  fill(delivery, 0, 1);
  listener.run(delivery, kStart, kStart);

  fill(delivery, 1, 6);
  CHECK(delivery.due(kStart) == kStart);
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
    Delivery delivery({.framing = {.batches = false}, .max_queue = kEach});
    fill(delivery, 0, 1);
    const auto body = delivery.next(kStart);
    delivery.add(object(numbered(1)));

    delivery.answered(*body, status(code), kStart);

    CHECK(delivery.dropped() == Counts{{"queue_full", 1}});
    CHECK(delivery.queue().size() == 1);
  }
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

TEST_CASE("a smaller bound costs the oldest") {
  PushQueue queue(10'000);
  for (const char* const text : {"one", "two", "three"}) queue.push({.text = text});

  CHECK(queue.limit(2 * PushQueue::kOverhead + 10) == 1);

  CHECK(queue.begin() == 1);
  CHECK(queue.at(1).text == "two");
  CHECK(queue.max_bytes() == 2 * PushQueue::kOverhead + 10);
}

}  // namespace boxmeter::push_queue_test
