#include "publish/history.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <ctime>

namespace boxmeter::history_test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point kNow{10h};

/// Local time is UTC from here on.
void in_utc() {
  ::setenv("TZ", "UTC", 1);  // NOLINT(concurrency-mt-unsafe)
  ::tzset();
}

WallClock::time_point at(int day, std::chrono::seconds time) {
  return WallClock::time_point(std::chrono::hours(24 * (20000 + day)) + time);
}

Traffic rates(double down, double up) { return {.down_rate = down, .up_rate = up}; }
Traffic counters(double down, double up) { return {.down_bytes = down, .up_bytes = up}; }

std::string text(const std::vector<History::Rates>& hour) {
  std::string all;
  for (std::size_t i = 0; i < hour.size(); ++i)
    if (!std::isnan(hour[i].down) || !std::isnan(hour[i].up))
      all += std::to_string(i) + ":" + std::to_string(std::lround(hour[i].down)) + "/" +
             std::to_string(std::lround(hour[i].up)) + " ";
  return all;
}

}  // namespace

TEST_CASE("rates of half a minute are averaged, and shown for an hour") {
  History history;
  history.add(rates(100, 10), kNow, at(0, 0s));
  history.add(rates(200, 30), kNow + 15s, at(0, 15s));
  history.add(rates(400, 50), kNow + 60s, at(0, 60s));

  CHECK(text(history.last_hour(kNow + 60s)) == "117:150/20 119:400/50 ");
  CHECK(text(history.last_hour(kNow + 10min)) == "99:150/20 101:400/50 ");
  CHECK(text(history.last_hour(kNow + 59min + 59s)) == "0:150/20 2:400/50 ");
  CHECK(text(history.last_hour(kNow + 60min)) == "1:400/50 ");
  CHECK(text(history.last_hour(kNow + 70min)).empty());
}

TEST_CASE("a history takes a kilobyte after a month of traffic, and next to nothing without any") {
  History history;
  CHECK(history.bytes() == sizeof(History));
  for (int answer = 0; answer < 30 * 24 * 120; ++answer)
    history.add({.down_rate = answer, .up_rate = 1, .down_bytes = answer * 30.0, .up_bytes = 1},
                kNow + answer * 30s, at(0, answer * 30s));

  CHECK(history.bytes() == sizeof(History) + History::kSteps * sizeof(History::Rates));
  static_assert(sizeof(History) + History::kSteps * sizeof(History::Rates) <= History::kMostBytes);
}

TEST_CASE("what is new after more than an hour stands alone") {
  History history;
  for (int minute = 0; minute < 90; ++minute)
    history.add(rates(minute, 0), kNow + std::chrono::minutes(minute), at(0, 0s));
  CHECK(history.last_hour(kNow + 89min).size() == 120);

  history.add(rates(7, 1), kNow + 300min, at(0, 0s));

  CHECK(text(history.last_hour(kNow + 300min)) == "119:7/1 ");
}

TEST_CASE("a box without rates has those of its counters") {
  History history;
  history.add(counters(1000, 100), kNow, at(0, 0s));
  CHECK(history.last_hour(kNow).empty());

  history.add(counters(4000, 400), kNow + 30s, at(0, 30s));

  CHECK(text(history.last_hour(kNow + 30s)) == "119:100/10 ");
}

TEST_CASE("the volume of a day is counted from its first answer on, over restarts of the box") {
  in_utc();
  History history;
  CHECK_FALSE(history.today(at(0, 12h)));
  history.add(counters(5000, 500), kNow, at(0, 12h));
  history.add(counters(8000, 700), kNow + 30s, at(0, 12h + 30s));
  history.add(counters(1000, 50), kNow + 60s, at(0, 12h + 60s));

  const auto volume = history.today(at(0, 23h));

  REQUIRE(volume);
  CHECK(volume->down == 4000);
  CHECK(volume->up == 250);
  CHECK(volume->since == at(0, 12h));
  CHECK_FALSE(volume->whole_day);
  CHECK_FALSE(history.today(at(1, 0h)));
}

TEST_CASE("a day whose midnight was seen is known as a whole") {
  in_utc();
  History history;
  history.add(counters(5000, 500), kNow, at(0, 23h + 59min + 50s));
  history.add(counters(5300, 520), kNow + 30s, at(1, 20s));
  history.add(counters(5400, 530), kNow + 60s, at(1, 50s));

  const auto volume = history.today(at(1, 1h));

  REQUIRE(volume);
  CHECK(volume->down == 400);
  CHECK(volume->up == 30);
  CHECK(volume->whole_day);
  CHECK(volume->since == at(1, 0s));
}

TEST_CASE("a day that began while nobody was asked is counted from its first answer on") {
  in_utc();
  History history;
  history.add(counters(5000, 500), kNow, at(0, 20h));
  history.add(counters(9000, 900), kNow + 7h, at(1, 3h));
  history.add(counters(9500, 910), kNow + 7h + 30s, at(1, 3h + 30s));

  const auto volume = history.today(at(1, 4h));

  REQUIRE(volume);
  CHECK(volume->down == 500);
  CHECK(volume->up == 10);
  CHECK_FALSE(volume->whole_day);
}

TEST_CASE("traffic is read from the common vocabulary alone") {
  const auto series = [](const char* name, double value) {
    return Series{std::make_shared<const Family>(Family{.name = name}), {{{}, Number(value)}}};
  };

  const Traffic traffic = traffic_of({series("box_wan_receive_rate_bytes_per_second", 1),
                                      series("box_wan_transmit_rate_bytes_per_second", 2),
                                      series("box_wan_receive_bytes_total", 3),
                                      series("box_wan_transmit_bytes_total", 4),
                                      series("other_wan_receive_bytes_total", 5)});

  CHECK(traffic.down_rate == 1);
  CHECK(traffic.up_rate == 2);
  CHECK(traffic.down_bytes == 3);
  CHECK(traffic.up_bytes == 4);
  CHECK(traffic_of({series("box_uptime_seconds", 1)}).empty());
}

}  // namespace boxmeter::history_test
