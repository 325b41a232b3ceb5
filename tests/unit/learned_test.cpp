#include "poll/learned.h"

#include <doctest/doctest.h>

#include <string>

#include "error_of.h"

namespace boxmeter::learned_test {

using namespace std::chrono_literals;
using testing::error_of;

namespace {

const ClockPair kNow{Clock::time_point(1h), WallClock::time_point(500'000h)};

Learned example() {
  return {.incarnation = {.firmware = "154.07.57", .booted = kNow.wall - 24h},
          .unsupported = {{"tr064:A1.GetB",
                           {Support::unsupported, "UPnP error 401", 2, kNow.steady + 10min}}},
          .choices = {{"traffic#1", {0, -1, 1}}}};
}

/// Of the example, as another run with another clock reads it.
Capability read_back(std::chrono::seconds after) {
  const ClockPair then{Clock::time_point(7min), kNow.wall + after};
  return from_text(to_text(example(), kNow), then).unsupported.at("tr064:A1.GetB");
}

}  // namespace

TEST_CASE("what was learned comes back, with the time that is left until the box is asked again") {
  const Learned back = from_text(to_text(example(), kNow), kNow);

  CHECK(back.incarnation.firmware == "154.07.57");
  CHECK(back.incarnation.booted == kNow.wall - 24h);
  CHECK(back.choices == example().choices);
  CHECK(to_text(back, kNow) == to_text(example(), kNow));
  CHECK(read_back(0s).reason() == "UPnP error 401");
  CHECK(read_back(0s).support() == Support::unsupported);
  CHECK(read_back(0s).refusals() == 2);
  CHECK(read_back(3min).ask_again() == Clock::time_point(7min) + 7min);
}

TEST_CASE("what is overdue is due, and a clock that was set puts nothing off for long") {
  CHECK(read_back(3h).worth_asking(Clock::time_point(7min)));
  CHECK(read_back(std::chrono::hours(-100'000)).ask_again() == Clock::time_point(7min) + 1h);
}

TEST_CASE("a text that is no such file is refused, whatever is in it") {
  const std::string whole = to_text(example(), kNow);
  const auto reason = [](const std::string& text) {
    return error_of([&] { from_text(text, kNow); });
  };

  for (std::size_t size = 0; size + 2 < whole.size(); ++size)
    CHECK(reason(whole.substr(0, size)) == "protocol: it is damaged");
  for (const char* text :
       {"null", "[]", "{}", "1", "\"x\"", R"({"format": 1})",
        R"({"format":1,"firmware":1,"booted":0,"unsupported":{},"choices":{}})",
        R"({"format":1,"firmware":"","booted":"x","unsupported":{},"choices":{}})",
        R"({"format":1,"firmware":"","booted":0,"unsupported":[1],"choices":{}})",
        R"({"format":1,"firmware":"","booted":0,"unsupported":{},"choices":{"a":["b"]}})"})
    CHECK(reason(text) == "protocol: it is damaged");
  CHECK(reason(R"({"format": 2})") == "protocol: it is of another version of boxmeter");
  CHECK(reason(std::string(1'000'000, '[')) == "protocol: it is damaged");
}

TEST_CASE("a run of a box is the same while firmware and start are, but for the clock") {
  const Incarnation run = example().incarnation;
  const auto with = [&](const std::string& firmware, std::chrono::seconds moved) {
    return is_same(run, {.firmware = firmware, .booted = run.booted + moved});
  };

  CHECK(with("154.07.57", 0s));
  CHECK(with("154.07.57", -4min));
  CHECK_FALSE(with("154.07.57", 6min));
  CHECK_FALSE(with("154.08.02", 0s));
}

TEST_CASE("choices are of the rules that made them") {
  const auto query = [](const char* path) {
    Query made{.name = "traffic"};
    made.rules.push_back({.family = std::make_shared<const Family>(Family{.name = "box_x"}),
                          .value = {{.path = Path::parse("New")}, {.path = Path::parse(path)}}});
    return made;
  };

  CHECK(choices_key(query("Old")) == choices_key(query("Old")));
  CHECK(choices_key(query("Old")) != choices_key(query("Older")));
  CHECK(choices_key(query("Old")).starts_with("traffic#"));
}

TEST_CASE("a file whose folder cannot even be looked at costs a line and no exception") {
  const auto folder = std::filesystem::temp_directory_path() / std::string(300, 'x');
  LearnedFile file("home", folder / "home.json");

  CHECK_NOTHROW(file.save(example(), kNow));
  CHECK(file.load(kNow).unsupported.empty());
}

}  // namespace boxmeter::learned_test
