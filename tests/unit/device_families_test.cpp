#include "publish/device_families.h"

#include <doctest/doctest.h>

#include <random>

namespace boxmeter::device_families_test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point kNow{1h};
constexpr std::size_t kDevices = 3, kQueries = 4;

std::string name(const char* what, std::size_t number) { return what + std::to_string(number); }

FamilyPtr family(std::size_t number) {
  return std::make_shared<const Family>(
      Family{.name = name("box_family_", number), .help = "Help."});
}

Store store_of_several() {
  std::vector<PolledDevice> devices;
  for (std::size_t device = 0; device < kDevices; ++device) {
    PolledDevice one{.device = name("box", device), .kind = "fritzbox", .interval = 30s};
    for (std::size_t query = 0; query < kQueries; ++query)
      one.queries.push_back({name("query", query), 30s});
    devices.push_back(std::move(one));
  }
  return Store(devices);
}

void record(Store& store, std::size_t device, std::size_t query, std::vector<Series> series) {
  store.record(std::make_shared<const Snapshot>(Snapshot{.device = name("box", device),
                                                         .query = name("query", query),
                                                         .asked = kNow,
                                                         .series = std::move(series)}));
  store.end_turn(name("box", device), {.reached = true, .ended = kNow});
}

/// The box has nothing more to say of it.
void lose(Store& store, std::size_t device, std::size_t query) {
  store.record(std::make_shared<const Snapshot>(
      Snapshot{.device = name("box", device),
               .query = name("query", query),
               .asked = kNow,
               .support = Support::unsupported,
               .failure = Failure{ErrorKind::refused, "no such action"}}));
}

std::string joined(const DeviceFamilies& families) {
  std::string text;
  for (const auto& section : families.sections()) text += *section.text;
  return text;
}

}  // namespace

TEST_CASE("whatever comes and goes, the sections say what a page made from nothing says") {
  Store store = store_of_several();
  DeviceFamilies small(Exposition::text, 1), middle(Exposition::openmetrics, 600);
  std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp): the same every time
  for (int step = 0; step < 400; ++step) {
    const std::size_t device = random() % kDevices, query = random() % kQueries;
    if (random() % 6 == 0) {
      lose(store, device, query);
    } else {
      std::vector<Series> series;
      for (std::size_t number = 0; number < 6; ++number)
        if (random() % 2 == 0)
          series.push_back({family(number), {{{}, Number(random() % 3 + 0.5)}}});
      record(store, device, query, std::move(series));
    }
    const View view = store.view(kNow);
    small.follow(view);
    middle.follow(view);
    REQUIRE(joined(small) == device_families(view, Exposition::text));
    REQUIRE(joined(middle) == device_families(view, Exposition::openmetrics));
  }
}

TEST_CASE("only sections in which something changed are made and packed again") {
  Store store = store_of_several();
  for (std::size_t query = 0; query < kQueries; ++query)
    record(store, 0, query, {{family(query), {{{}, Number(std::uint64_t{1})}}}});
  DeviceFamilies families(Exposition::text, 1);
  families.follow(store.view(kNow));
  families.pack();
  CHECK_FALSE(families.has_texts());
  record(store, 0, 2, {{family(2), {{{}, Number(std::uint64_t{5})}}}});
  const View view = store.view(kNow);
  families.follow(view);

  std::string remade;
  for (const auto& section : families.sections()) {
    CHECK((section.packed == nullptr) == (section.text != nullptr));
    if (section.text) remade += section.text->substr(7, section.text->find(' ', 7) - 7) + " ";
  }
  CHECK(remade ==
        "box_family_2 box_up boxmeter_failures_total boxmeter_label_values_cut_total "
        "boxmeter_logins_total "
        "boxmeter_metrics_gone boxmeter_poll_lag_seconds boxmeter_polls_skipped_total "
        "boxmeter_polls_total "
        "boxmeter_queries boxmeter_query_up boxmeter_series boxmeter_series_dropped_total "
        "boxmeter_turn_duration_seconds ");
  families.restore_texts(view);
  CHECK(joined(families) == device_families(view, Exposition::text));
}

TEST_CASE("a section ends with the family that makes it long enough") {
  Store store = store_of_several();
  for (std::size_t query = 0; query < kQueries; ++query) {
    Series long_one{family(query), {}};
    for (std::size_t row = 0; row < 2000; ++row)
      long_one.points.push_back({{{"row", std::to_string(row)}}, Number(std::uint64_t{1})});
    record(store, 0, query, {long_one});
  }
  DeviceFamilies families(Exposition::text);
  families.follow(store.view(kNow));

  std::vector<std::size_t> counts;
  for (const auto& section : families.sections()) counts.push_back(section.families.size());
  CHECK(counts == std::vector<std::size_t>{1, 1, 1, 1, 13});
  CHECK(families.sections()[0].text->size() > 64U << 10);
}

}  // namespace boxmeter::device_families_test
