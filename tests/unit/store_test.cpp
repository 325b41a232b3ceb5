#include "publish/store.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "publish/sample_text.h"

namespace boxmeter::store_test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point kNow{1h};

FamilyPtr gauge(const char* name) {
  return std::make_shared<const Family>(Family{.name = name, .help = "Help."});
}

Store two_queries() {
  return Store({{.device = "home",
                 .kind = "fritzbox",
                 .labels = {{"site", "at\"tic"}},
                 .interval = 30s,
                 .queries = {{"wan", 30s}, {"slow", 300s}}}});
}

Store queries(const std::vector<std::string>& names) {
  PolledDevice device{.device = "home", .kind = "fritzbox", .interval = 30s};
  for (const std::string& name : names) device.queries.push_back({.name = name, .interval = 30s});
  return Store({device});
}

SnapshotPtr good(const char* query, std::vector<Series> series, Clock::time_point asked = kNow) {
  return std::make_shared<const Snapshot>(
      Snapshot{.device = "home", .query = query, .asked = asked, .series = std::move(series)});
}

SnapshotPtr bad(const char* query, Support support, Clock::time_point asked = kNow) {
  return std::make_shared<const Snapshot>(Snapshot{.device = "home",
                                                   .query = query,
                                                   .asked = asked,
                                                   .support = support,
                                                   .failure = Failure{ErrorKind::refused, "no"}});
}

Series value(const FamilyPtr& family, std::uint64_t number, Labels labels = {}) {
  return {family, {{std::move(labels), Number(number)}}};
}

std::string lines_of(const View& view, const Fragment& fragment) {
  std::string text;
  for (const Fragment::Slice& slice : fragment.slices)
    append_lines(text, (*view.families)[slice.family]->name, *fragment.labels,
                 std::string_view(fragment.text).substr(slice.offset, slice.length));
  return text;
}

/// What the queries said, without our own health.
std::string shown(const Store& store, Clock::time_point now) {
  std::string text;
  const View view = store.view(now);
  for (const FragmentPtr& fragment : view.fragments)
    if (const auto lines = lines_of(view, *fragment); !lines.starts_with("box_up")) text += lines;
  return text;
}

std::string health(const Store& store) {
  const View view = store.view(kNow);
  return lines_of(view, *view.fragments.at(0));
}

std::uint64_t duplicates(const Store& store) {
  const auto dropped = store.devices().front().dropped;
  const auto found = dropped.find("duplicate");
  return found == dropped.end() ? 0 : found->second;
}

bool contains(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace

TEST_CASE("a sample carries the device, its extra labels and its own, escaped") {
  Store store = two_queries();
  store.record(good("wan", {value(gauge("box_x"), 18446744073709551615U, {{"a", "1\n\\"}})}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  CHECK(shown(store, kNow) ==
        "box_x{device=\"home\",site=\"at\\\"tic\",a=\"1\\n\\\\\"} 18446744073709551615\n");
}

TEST_CASE("before the first answer a device is down, and says so") {
  const Store store = two_queries();

  CHECK(
      contains(health(store), "box_up{device=\"home\",site=\"at\\\"tic\",kind=\"fritzbox\"} 0\n"));
  CHECK_FALSE(store.complete());
}

TEST_CASE("values vanish after three of their intervals") {
  Store store = two_queries();
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.record(good("slow", {value(gauge("box_y"), 2)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  CHECK(store.view(kNow).valid_until == kNow + 90s);
  CHECK(contains(shown(store, kNow + 89s), "box_x"));
  CHECK_FALSE(contains(shown(store, kNow + 90s), "box_x"));
  CHECK(contains(shown(store, kNow + 90s), "box_y"));
}

TEST_CASE("when the device is down nothing is shown for longer than three of its intervals") {
  Store store = two_queries();
  store.record(good("slow", {value(gauge("box_y"), 2)}));
  store.end_turn("home", {.reached = true, .ended = kNow});
  store.end_turn("home",
                 {.failure = Failure{ErrorKind::timeout, "no answer"}, .ended = kNow + 30s});

  CHECK(contains(shown(store, kNow + 89s), "box_y"));
  CHECK(shown(store, kNow + 90s).empty());
  CHECK(
      contains(health(store), "box_up{device=\"home\",site=\"at\\\"tic\",kind=\"fritzbox\"} 0\n"));
}

TEST_CASE("a failed poll keeps what was shown until it expires, one that the box lacks does not") {
  Store store = two_queries();
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  store.record(bad("wan", Support::failing, kNow + 30s));
  CHECK(contains(shown(store, kNow + 31s), "box_x"));
  store.record(bad("wan", Support::unsupported, kNow + 60s));
  CHECK(shown(store, kNow + 61s).empty());
}

TEST_CASE("a series that is missing from a new snapshot is gone at once") {
  Store store = two_queries();
  store.record(good("wan", {value(gauge("box_x"), 1), value(gauge("box_y"), 2)}));
  store.record(good("wan", {value(gauge("box_y"), 3)}, kNow + 30s));
  store.end_turn("home", {.reached = true, .ended = kNow + 30s});

  CHECK(shown(store, kNow + 31s) == "box_y{device=\"home\",site=\"at\\\"tic\"} 3\n");
}

TEST_CASE("what the box refuses is asked again when its turn has come after the pause") {
  Store store = two_queries();
  auto refused = std::make_shared<Snapshot>(*bad("wan", Support::denied, Clock::now()));
  const auto began = Clock::now();
  refused->ask_again = began + 5min;
  store.record(refused);
  store.end_turn("home", {.reached = true,
                          .ended = began,
                          .next = began + 25s,
                          .due = {{"wan", began + 25s}, {"slow", began + 280s}}});

  const DeviceStatus home = store.devices().at(0);

  const auto ahead = [&](const DeviceStatus::Query& query) {
    return std::chrono::round<std::chrono::seconds>(*query.next - WallClock::now()).count();
  };
  CHECK(ahead(home.queries.at(0)) == doctest::Approx(325).epsilon(0.02));  // 25 s + 10 times 30 s
  CHECK(ahead(home.queries.at(1)) == doctest::Approx(280).epsilon(0.02));
}

TEST_CASE("a query that the box lacks is a state and no failure") {
  Store store = two_queries();
  store.record(bad("wan", Support::unsupported));
  store.record(bad("slow", Support::failing));
  store.end_turn("home", {.reached = true, .ended = kNow});

  const std::string text = health(store);
  const std::string common = "{device=\"home\",site=\"at\\\"tic\",";
  CHECK(contains(text, "boxmeter_queries" + common + "state=\"unsupported\"} 1\n"));
  CHECK(contains(text, "boxmeter_queries" + common + "state=\"failing\"} 1\n"));
  CHECK(contains(text, "boxmeter_queries" + common + "state=\"supported\"} 0\n"));
  CHECK_FALSE(contains(text, "boxmeter_query_up" + common + "query=\"wan\"}"));
  CHECK(contains(text, "boxmeter_query_up" + common + "query=\"slow\"} 0\n"));
  CHECK(contains(text, "boxmeter_failures_total" + common + "reason=\"refused\"} 1\n"));
}

TEST_CASE("what does not run at the moment is a state and no failure, and shows nothing old") {
  Store store = two_queries();
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.record(bad("wan", Support::idle, kNow + 30s));
  store.end_turn("home", {.reached = true, .ended = kNow + 30s});

  CHECK(shown(store, kNow + 31s).empty());
  const std::string common = "{device=\"home\",site=\"at\\\"tic\",";
  CHECK(contains(health(store), "boxmeter_queries" + common + "state=\"idle\"} 1\n"));
  CHECK(contains(health(store), "boxmeter_failures_total" + common + "reason=\"refused\"} 0\n"));
}

TEST_CASE("of two queries that give one series the later is counted") {
  Store store = two_queries();
  const FamilyPtr family = gauge("box_x");
  store.record(good("slow", {value(family, 2, {{"a", "1"}})}));
  store.record(good("wan", {value(family, 1, {{"a", "1"}})}));
  store.record(good("slow", {{family,
                              {{{{"a", "1"}}, Number(std::uint64_t{2})},
                               {{{"a", "2"}}, Number(std::uint64_t{3})}}}}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  CHECK(contains(health(store),
                 "boxmeter_series_dropped_total{device=\"home\",site=\"at\\\"tic\",reason="
                 "\"duplicate\"} 1\n"));
}

TEST_CASE("a series that two queries give was shown twice when one between them gave nothing") {
  Store store = queries({"a", "b", "c"});
  const FamilyPtr family = gauge("box_x");
  store.record(good("a", {value(family, 1, {{"k", "1"}})}));
  store.record(good("b", {}));
  store.record(good("c", {value(family, 3, {{"k", "1"}}), value(gauge("box_y"), 4)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  CHECK(shown(store, kNow) ==
        "box_x{device=\"home\",k=\"1\"} 1\n"
        "box_y{device=\"home\"} 4\n");
  CHECK(duplicates(store) == 1);
}

TEST_CASE("the query that stands earlier in the configuration wins, whoever was asked first") {
  Store store = queries({"a", "b"});
  const FamilyPtr family = gauge("box_x");
  store.record(good("b", {{family,
                           {{{{"k", "1"}}, Number(std::uint64_t{21})},
                            {{{"k", "2 3"}}, Number(std::uint64_t{22})},
                            {{{"k", "3"}}, Number(std::uint64_t{23})}}}}));
  store.end_turn("home", {.reached = true, .ended = kNow});
  CHECK(shown(store, kNow) ==
        "box_x{device=\"home\",k=\"1\"} 21\n"
        "box_x{device=\"home\",k=\"2 3\"} 22\n"
        "box_x{device=\"home\",k=\"3\"} 23\n");

  store.record(good("a", {value(family, 12, {{"k", "2 3"}})}));

  CHECK(shown(store, kNow) ==
        "box_x{device=\"home\",k=\"2 3\"} 12\n"
        "box_x{device=\"home\",k=\"1\"} 21\n"
        "box_x{device=\"home\",k=\"3\"} 23\n");
  store.record(bad("a", Support::unsupported));
  CHECK(shown(store, kNow) ==
        "box_x{device=\"home\",k=\"1\"} 21\n"
        "box_x{device=\"home\",k=\"2 3\"} 22\n"
        "box_x{device=\"home\",k=\"3\"} 23\n");
}

TEST_CASE("when the earlier answer expires the later one is shown, and is no duplicate any more") {
  Store store = queries({"a", "b"});
  const FamilyPtr family = gauge("box_x");
  store.record(good("a", {value(family, 1)}));
  store.record(good("b", {value(family, 2)}, kNow + 60s));
  store.end_turn("home", {.reached = true, .ended = kNow + 60s});

  CHECK(shown(store, kNow + 89s) == "box_x{device=\"home\"} 1\n");
  CHECK(store.view(kNow + 89s).valid_until == kNow + 90s);
  CHECK(shown(store, kNow + 90s) == "box_x{device=\"home\"} 2\n");
  store.record(good("b", {value(family, 3)}, kNow + 90s));
  store.end_turn("home", {.reached = true, .ended = kNow + 90s});
  CHECK(duplicates(store) == 1);  // of the first time
}

TEST_CASE("labels in another order, or empty, are the same series") {
  Store store = queries({"a", "b"});
  const FamilyPtr family = gauge("box_x");
  store.record(good("a", {value(family, 1, {{"k", "1"}, {"l", "2"}})}));
  store.record(good("b", {value(family, 2, {{"l", "2"}, {"m", ""}, {"k", "1"}})}));
  store.record(good("b", {value(family, 3, {{"l", "1"}, {"k", "2"}})}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  CHECK(shown(store, kNow) ==
        "box_x{device=\"home\",k=\"1\",l=\"2\"} 1\n"
        "box_x{device=\"home\",l=\"1\",k=\"2\"} 3\n");
  CHECK(duplicates(store) == 1);
}

TEST_CASE("only families that two queries of the device may give are looked at line by line") {
  const FamilyPtr own = gauge("box_own"), shared = gauge("box_shared");
  Store store({{.device = "home",
                .kind = "fritzbox",
                .interval = 30s,
                .queries = {{"a", 30s, {{own, shared, shared}}}, {"b", 30s, {{shared}}}}}});
  store.record(good("a", {value(own, 1), value(own, 2), value(shared, 3)}));
  store.record(good("b", {value(shared, 4)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  CHECK(store.view(kNow).fragments.at(1)->contested.size() == 1);
  CHECK(shown(store, kNow) ==
        "box_own{device=\"home\"} 1\nbox_own{device=\"home\"} 2\n"
        "box_shared{device=\"home\"} 3\n");
}

TEST_CASE("listeners see every snapshot, and every change is a new generation") {
  Store store = two_queries();
  std::vector<std::string> seen;
  store.add_listener([&](const SnapshotPtr& snapshot) { seen.push_back(snapshot->query); });
  const auto before = store.generation();

  store.record(good("wan", {}));
  store.record(bad("slow", Support::failing));

  CHECK(seen == std::vector<std::string>{"wan", "slow"});
  CHECK(store.generation() == before + 2);
}

namespace {

PolledDevice box(const char* name, std::vector<PolledDevice::Query> queries, Labels labels = {}) {
  return {.device = name,
          .kind = "fritzbox",
          .labels = std::move(labels),
          .interval = 30s,
          .queries = std::move(queries)};
}

}  // namespace

TEST_CASE("an update keeps what was said of the queries that stay") {
  Store store({box("home", {{"wan", 30s}, {"lan", 30s}})});
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.record(good("lan", {value(gauge("box_y"), 2)}));
  store.end_turn("home", {.asked = true, .reached = true, .ended = kNow});

  store.update({box("home", {{"new", 30s}, {"wan", 60s}})}, {"home"});

  CHECK(shown(store, kNow) == "box_x{device=\"home\"} 1\n");
  const DeviceStatus status = store.devices().front();
  CHECK(status.up);
  CHECK(status.polls == 2);
  CHECK(status.series == 1);
  CHECK_FALSE(status.queries[0].asked);
  CHECK(status.queries[1].asked);
}

TEST_CASE("an update forgets a device that is another box, and one that is gone") {
  Store store({box("home", {{"wan", 30s}})});
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  store.update({box("home", {{"wan", 30s}})}, {});
  CHECK(shown(store, kNow).empty());
  CHECK(store.devices().front().polls == 0);

  store.update({box("other", {{"wan", 30s}})}, {});
  store.record(good("wan", {value(gauge("box_x"), 1)}));  // of a turn that had begun before
  CHECK(shown(store, kNow).empty());
  CHECK(store.devices().front().name == "other");
}

TEST_CASE("values do not stay under labels that they never had") {
  Store store({box("home", {{"wan", 30s}})});
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  store.update({box("home", {{"wan", 30s}}, {{"site", "attic"}})}, {"home"});

  CHECK(shown(store, kNow).empty());
  CHECK(store.devices().front().polls == 1);
}

TEST_CASE("a series that another query may give after an update is never shown twice") {
  const std::vector<FamilyPtr> family = {gauge("box_x")};
  Store store({box("home", {{"wan", 30s, family}})});
  store.record(good("wan", {value(family[0], 1)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  store.update({box("home", {{"wan", 30s, family}, {"too", 30s, family}})}, {"home"});
  store.record(good("too", {value(family[0], 2)}));
  CHECK(shown(store, kNow) == "box_x{device=\"home\"} 2\n");

  store.record(good("wan", {value(family[0], 1)}));
  CHECK(shown(store, kNow) == "box_x{device=\"home\"} 1\n");
}

TEST_CASE("a metric that has another type after an update is announced with it") {
  const auto counter = std::make_shared<const Family>(
      Family{.name = "box_x", .type = MetricType::counter, .help = "Other."});
  Store store({box("home", {{"wan", 30s, std::vector{gauge("box_x")}}})});
  store.record(good("wan", {value(gauge("box_x"), 1)}));
  store.end_turn("home", {.reached = true, .ended = kNow});

  store.update({box("home", {{"wan", 30s, std::vector<FamilyPtr>{counter}}})}, {"home"});

  const auto families = *store.view(kNow).families;
  CHECK(std::ranges::find(families, FamilyPtr(counter)) != families.end());
}

TEST_CASE("whoever was ready stays ready when a device is added") {
  Store store({box("home", {{"wan", 30s}})});
  CHECK_FALSE(store.complete());
  store.end_turn("home", {.ended = kNow});

  store.update({box("home", {{"wan", 30s}}), box("new", {{"wan", 30s}})}, {"home"});

  CHECK(store.complete());
}

}  // namespace boxmeter::store_test
