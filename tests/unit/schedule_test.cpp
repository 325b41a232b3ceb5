#include "poll/schedule.h"

#include <doctest/doctest.h>

namespace boxmeter::schedule_test {

using namespace std::chrono_literals;

namespace {
const Clock::time_point kStart{1h};
}

TEST_CASE("the first poll of every query is at once") {
  const Schedule schedule("home", {15s, 30s, 300s}, kStart);

  CHECK(schedule.due(kStart) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("from the second poll on the rate is fixed and the phase depends on the device") {
  Schedule schedule("home", {30s}, kStart);
  schedule.done(0, kStart + 1s, Penalty::none);
  const auto second = schedule.next_due();
  CHECK(second > kStart + 1s);
  CHECK(second <= kStart + 31s);

  CHECK(schedule.done(0, second + 2s, Penalty::none) == 0);
  CHECK(schedule.next_due() == second + 30s);

  Schedule other("attic", {30s}, kStart);
  other.done(0, kStart + 1s, Penalty::none);
  CHECK(other.next_due() != second);
}

TEST_CASE("queries of one device whose intervals are multiples meet in one turn") {
  Schedule schedule("home", {15s, 30s}, kStart);
  schedule.done(0, kStart, Penalty::none);
  schedule.done(1, kStart, Penalty::none);
  std::size_t met = 0;
  for (int turn = 0; turn < 4; ++turn) {
    const auto now = schedule.next_due();
    const auto due = schedule.due(now);
    if (due.size() == 2) ++met;
    for (const std::size_t query : due) schedule.done(query, now, Penalty::none);
  }
  CHECK(met == 2);
}

TEST_CASE("a late poll is skipped and counted, not followed by a burst") {
  Schedule schedule("home", {10s}, kStart);
  schedule.done(0, kStart, Penalty::none);
  const auto planned = schedule.next_due();

  CHECK(schedule.done(0, planned + 35s, Penalty::none) == 3);
  CHECK(schedule.next_due() == planned + 40s);
}

TEST_CASE("a first poll that waits for a worker is late but not skipped") {
  Schedule schedule("home", {10s}, kStart);

  CHECK(schedule.done(0, kStart + 9s, Penalty::none) == 0);
}

TEST_CASE("a device that does not answer holds back all its queries") {
  Schedule schedule("home", {10s, 10s}, kStart);
  schedule.done(0, kStart + 1s, Penalty::none);
  schedule.hold(kStart + 60s);

  CHECK(schedule.next_due() == kStart + 60s);
  CHECK(schedule.due(kStart + 59s).empty());
  CHECK(schedule.due(kStart + 60s).size() == 2);
}

TEST_CASE("a shorter hold does not end a longer one") {
  Schedule schedule("home", {10s}, kStart);
  schedule.hold(kStart + 5min);
  schedule.hold(kStart + 20s);

  CHECK(schedule.next_due() == kStart + 5min);
}

TEST_CASE("a query that costs its whole timeout goes last and is asked less often") {
  Schedule schedule("home", {10s, 10s}, kStart);
  schedule.done(0, kStart, Penalty::less_often);
  schedule.done(0, kStart + 10s, Penalty::less_often);
  schedule.done(1, kStart, Penalty::none);

  CHECK(schedule.due(kStart + 50s) == std::vector<std::size_t>{1, 0});
  CHECK(schedule.due(kStart + 19s) == std::vector<std::size_t>{1});
}

TEST_CASE("backoff doubles from the interval to the larger of interval and a minute") {
  CHECK(backoff(10s, 1, 0) == 10s);
  CHECK(backoff(10s, 2, 0) == 20s);
  CHECK(backoff(10s, 3, 0) == 40s);
  CHECK(backoff(10s, 4, 0) == 60s);
  CHECK(backoff(10s, 40, 0) == 60s);
  CHECK(backoff(300s, 1, 0) == 300s);
  CHECK(backoff(300s, 9, 0) == 300s);
  CHECK(backoff(10s, 4, 0.5) == 57s);
}

}  // namespace boxmeter::schedule_test
