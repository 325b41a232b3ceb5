#include "publish/site/site.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "http/server.h"
#include "places.h"
#include "publish/site/box_html.h"
#include "publish/site/pages.h"
#include "publish/site/samples.h"
#include "publish/site/sparkline.h"

namespace boxmeter::site_test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point kNow{10h};
const WallClock::time_point kWall{1755936000123ms};

FamilyPtr family(const char* name, MetricType type = MetricType::gauge) {
  return std::make_shared<const Family>(
      Family{.name = name, .type = type, .help = "Help <of> " + std::string(name) + "."});
}

Series one(const char* name, double value, Labels labels = {},
           MetricType type = MetricType::gauge) {
  return {family(name, type), {{std::move(labels), Number(value)}}};
}

Series ways(const char* name, double down, double up) {
  return {family(name),
          {{{{"direction", "down"}}, Number(down)}, {{{"direction", "up"}}, Number(up)}}};
}

SnapshotPtr snapshot(const char* device, const char* query, std::vector<Series> series,
                     Clock::duration before = 5s) {
  return std::make_shared<const Snapshot>(
      Snapshot{.device = device,
               .query = query,
               .asked = kNow - before,
               .answered = kWall - std::chrono::duration_cast<WallClock::duration>(before),
               .took = 41ms,
               .series = std::move(series)});
}

SnapshotPtr refusal(const char* device, const char* query, Support support, ErrorKind kind,
                    const char* message) {
  return std::make_shared<const Snapshot>(Snapshot{.device = device,
                                                   .query = query,
                                                   .asked = kNow - 5s,
                                                   .answered = kWall - 5s,
                                                   .took = 3ms,
                                                   .support = support,
                                                   .failure = Failure{kind, message}});
}

std::vector<Series> dsl_box(double rate) {
  return {
      one("box_info", 1,
          {{"kind", "fritzbox"}, {"model", "FRITZ!Box 7590"}, {"firmware", "154.07.57"}},
          MetricType::info),
      one("box_uptime_seconds", 273600),
      one("box_wan_connected", 1),
      one("box_wan_uptime_seconds", 90000),
      {family("box_wan_access", MetricType::stateset),
       {{{{"state", "dsl"}}, Number(1.0)}, {{{"state", "cable"}}, Number(0.0)}}},
      one("box_wan_receive_rate_bytes_per_second", rate),
      one("box_wan_transmit_rate_bytes_per_second", rate / 10),
      one("box_wan_receive_capacity_bytes_per_second", 12500000),
      one("box_wan_receive_bytes_total", 5e9 + rate * 100),
      one("box_wan_transmit_bytes_total", 1e9 + rate * 10),
      one("box_dsl_up", 1),
      ways("box_dsl_rate_bytes_per_second", 13525000, 4550000),
      ways("box_dsl_noise_margin_decibels", 9, 8),
      ways("box_dsl_attenuation_decibels", 17, 12),
      ways("box_dsl_crc_errors_total", 112, 9),
      {family("box_wlan_stations"),
       {{{{"radio", "1"}}, Number(4.0)}, {{{"radio", "2"}}, Number(7.0)}}},
      {family("box_wlan_up"), {{{{"radio", "1"}}, Number(1.0)}, {{{"radio", "2"}}, Number(1.0)}}},
      one("box_hosts", 31, {{"network", "lan"}}),
      one("box_hosts_active", 14, {{"network", "lan"}}),
      one("box_temperature_celsius", 61, {{"sensor", "cpu"}})};
}

/// A box of each brand, one of a third, one that is down, and one that nobody has asked yet.
DeviceViews boxes() {
  ::setenv("TZ", "UTC", 1);  // NOLINT(concurrency-mt-unsafe)
  ::tzset();
  Store store(
      {{.device = "home",
        .kind = "fritzbox",
        .page = "http://192.0.2.1/",
        .labels = {{"site", "at\"tic"}},
        .interval = 30s,
        .queries = {{"wan", 30s}, {"hosts", 30s}, {"smart", 30s}, {"phone", 30s}, {"new", 30s}}},
       {.device = "<b>free</b>",
        .kind = "freebox",
        .page = "https://free.invalid:8443/",
        .interval = 30s,
        .queries = {{"all", 30s}}},
       {.device = "third", .kind = "acme", .interval = 30s, .queries = {{"all", 30s}}},
       {.device = "gone", .kind = "acme", .interval = 30s, .queries = {{"all", 30s}}},
       {.device = "later", .kind = "acme", .interval = 30s, .queries = {{"all", 30s}}}});
  store.record(snapshot("home", "wan", dsl_box(1e6), 65s));
  store.record(snapshot("home", "wan", dsl_box(2e6), 35s));
  store.record(snapshot("home", "wan", dsl_box(1.5e6)));
  store.record(refusal("home", "hosts", Support::denied, ErrorKind::refused, "606 not allowed"));
  store.record(
      refusal("home", "smart", Support::failing, ErrorKind::protocol, "got '<html>' \xFF"));
  store.record(refusal("home", "phone", Support::unsupported, ErrorKind::refused, "401 no action"));
  store.record(
      snapshot("<b>free</b>", "all",
               {one("box_info", 1, {{"model", "<script>alert(1)</script>"}, {"firmware", "4.8"}},
                    MetricType::info),
                one("box_wan_connected", 0),
                {family("box_wan_state", MetricType::stateset),
                 {{{{"state", "down"}}, Number(0.0)}, {{{"state", "connecting"}}, Number(1.0)}}},
                one("box_fiber_up", 1),
                ways("box_fiber_power_dbm", -28.4, 2.1),
                one("box_firmware_update_available", 1),
                one("box_temperature_celsius", 61, {{"sensor", "cpu_m"}}),
                one("box_temperature_celsius", 44, {{"sensor", "sw"}})}));
  store.record(snapshot("third", "all",
                        {one("box_cable_channels", 24, {{"direction", "down"}}),
                         one("box_cable_channel_mer_decibels", 37.5, {{"channel", "1"}}),
                         one("box_uptime_seconds", 42)}));
  store.record(
      refusal("gone", "all", Support::failing, ErrorKind::timeout, "no answer within 10 s"));
  for (const char* device : {"home", "<b>free</b>", "third"})
    store.end_turn(device, {.reached = true, .ended = kNow});
  store.end_turn("gone", {.failure = Failure{ErrorKind::timeout, "no answer within 10 s"}});
  DeviceViews views = store.device_views(kNow);
  for (DeviceView& device : views.devices) {
    DeviceStatus& status = device.status;
    if (status.last_success) status.last_success = kWall - 5s;
    if (status.failed) status.failed = kWall - 90s;
    if (status.answered) status.next = kWall + 25s;
    for (DeviceStatus::Query& query : status.queries)
      if (query.asked) query.next = kWall + 55s;
  }
  return views;
}

const WayOut kWayOut = [](const std::string& kind, ErrorKind reason, Support) {
  return "do something about " + std::string(name(reason)) + " of a " + kind;
};

Overview overview() {
  const DeviceViews views = boxes();
  Overview overview{.version = "1.2.3",
                    .now = kWall,
                    .started = kWall - 3h,
                    .config = {.file = "/etc/boxmeter/boxmeter.yml",
                               .read = kWall - 3h,
                               .last_reload = ConfigStatus::Attempt{
                                   .when = kWall - 60s,
                                   .outcome = {.text = "it could not be reloaded:\n"
                                                       "boxmeter.yml:4:3: unknown key 'intervall'\n"
                                                       "boxmeter.yml:9:3: unknown key '<b>'\n"}}}};
  for (const DeviceView& device : views.devices)
    overview.boxes.push_back(facts_of(device, *views.families, kNow, kWall));
  overview.sinks = {{.name = "telegraf",
                     .queued_objects = 12,
                     .queued_bytes = 4096,
                     .oldest = kWall - 40s,
                     .last_success = kWall - 41s,
                     .sent = 12345,
                     .dropped = {{"too_large", 2}},
                     .last_error = "connection refused"}};
  overview.scrapes = {{.client = "192.0.2.7",
                       .agent = "Prometheus/2.42.0",
                       .last = kWall - 12s,
                       .pause = 15s,
                       .took = 1.5ms,
                       .bytes = 23456,
                       .count = 7}};
  overview.problems = problems_of(overview, kWayOut);
  return overview;
}

/// What changes with every change of a style is left out.
void check_golden(const std::string& file, const std::string& page) {
  std::string actual = page;
  RE2::GlobalReplace(&actual, "(css|js|svg)\\?[0-9a-f]+", "\\1?");
  CHECK(actual == golden("site/" + file, actual));
}

}  // namespace

TEST_CASE("the first page says whole what is wrong and how every box is") {
  check_golden("overview.html", overview_page(overview(), {}, "1-2-3"));
}

TEST_CASE("many boxes are rows of a table, and a filter hides those that are not meant") {
  Overview many = overview();
  for (int number = 0; number < 20; ++number) {
    BoxFacts box = many.boxes[2];
    box.name = "n" + std::to_string(number);
    many.boxes.push_back(box);
  }
  CHECK(layout_of(many) == "rows");

  check_golden("rows.html", overview_page(many, read_filter(" N1", ""), "1-2-3"));

  const std::string trouble = overview_page(many, read_filter("", "trouble"), "1-2-3");
  CHECK(trouble.find("<tr class=\"down\" data-key=\"box:gone\"") != std::string::npos);
  CHECK(trouble.find("<tr class=\"up\" hidden data-key=\"box:n1\"") != std::string::npos);
  CHECK(overview_page(many, read_filter("nobody", "up"), "").find("id=\"boxes-nothing\">") !=
        std::string::npos);
}

TEST_CASE("what many boxes suffer for one cause is one entry, with the first by name") {
  Overview many{.now = kWall};
  for (int number = 0; number < 1000; ++number) {
    const std::string address = "192.0.2." + std::to_string(number % 250);
    many.boxes.push_back({.name = "box-" + std::to_string(number),
                          .kind = "fritzbox",
                          .state = BoxState::down,
                          .failure = Failure{ErrorKind::network, "cannot connect to " + address +
                                                                     ":49000: Connection refused"},
                          .failed = kWall - std::chrono::seconds(number),
                          .next = kWall + std::chrono::seconds(5 + number)});
  }
  BoxFacts other = many.boxes.front();
  other.name = "other";
  other.failure = Failure{ErrorKind::timeout, "no answer from 192.0.2.7:49000 within 10 s"};
  many.boxes.push_back(other);

  many.problems = problems_of(many, kWayOut);

  REQUIRE(many.problems.size() == 2);
  CHECK(many.problems[0].boxes.size() == 1000);
  const std::string page = overview_page(many, {}, "");
  const auto begin = page.find("<ul class=\"problems\">");
  std::string first = page.substr(begin, page.find("</li>", begin) - begin);
  RE2::GlobalReplace(&first, "<[^>]*>", "");
  CHECK(first ==
        "\nFailure: 1,000 boxes do not answer tried 0 s ago, again in 5 s"
        "box-0, box-1, box-2, box-3, box-4, box-5 and 994 more"
        "box-0: cannot connect to 192.0.2.0:49000: Connection refused"
        "→ do something about network of a fritzbox");
  CHECK(page.find("href=\"?show=trouble#boxes\">994 more</a>") != std::string::npos);
}

TEST_CASE("queries that a box refuses for one cause are one entry that opens to them") {
  BoxFacts box{.name = "home", .kind = "fritzbox", .state = BoxState::up};
  const std::string cause = "UPnP error 606: user 'monitor' lacks the right 'Phone'";
  box.denied = {{.cause = cause,
                 .kind = ErrorKind::refused,
                 .messages = {{"phone", "X_VoIP1.GetInfo: " + cause},
                              {"calls", "X_AVM-DE_OnTel1.GetInfo: " + cause},
                              {"tam", "X_AVM-DE_TAM1.GetInfo: " + cause},
                              {"dect", "X_AVM-DE_Dect1.GetInfo: " + cause}}}};

  const std::vector<Problem> problems = problems_of(box, kWayOut);

  CHECK(
      problem_list(problems, true, kWall) ==
      "<ul class=\"problems\">\n<li class=\"note\"><p><span class=\"sr\">Note: </span><b>"
      "<a href=\"box?name=home\">home</a> does not allow 4 queries</b></p>"
      "<p class=\"detail\">UPnP error 606: user &#39;monitor&#39; lacks the right "
      "&#39;Phone&#39;</p>"
      "<p class=\"out\"><span aria-hidden=\"true\">→</span> do something about refused of a "
      "fritzbox</p><details class=\"which\"><summary>The 4 queries</summary><ul>"
      "<li><b>phone</b> X_VoIP1.GetInfo: UPnP error 606: user &#39;monitor&#39; lacks the right "
      "&#39;Phone&#39;</li><li><b>calls</b> X_AVM-DE_OnTel1.GetInfo: UPnP error 606: user "
      "&#39;monitor&#39; lacks the right &#39;Phone&#39;</li><li><b>tam</b> X_AVM-DE_TAM1.GetInfo: "
      "UPnP error 606: user &#39;monitor&#39; lacks the right &#39;Phone&#39;</li><li><b>dect</b> "
      "X_AVM-DE_Dect1.GetInfo: UPnP error 606: user &#39;monitor&#39; lacks the right "
      "&#39;Phone&#39;</li></ul></details></li>\n</ul>\n");
}

TEST_CASE("a box that probes alone ask is shown as such, and is neither up nor down before") {
  Store store({{.device = "home", .interval = 30s, .queries = {{"q", 30s}}},
               {.device = "probed", .interval = 30s, .polled = false, .queries = {{"q", 30s}}}});
  store.record(snapshot("home", "q", {one("box_hosts", 1)}));
  store.end_turn("home", {.reached = true, .ended = kNow});
  const auto seen = [&] {
    const DeviceViews views = store.device_views(kNow);
    Overview overview{.now = kWall};
    for (const DeviceView& device : views.devices)
      overview.boxes.push_back(facts_of(device, *views.families, kNow, kWall));
    return overview;
  };

  const Overview before = seen();
  store.record(snapshot("probed", "q", {one("box_hosts", 1)}));
  store.end_turn("probed", {.reached = true, .ended = kNow});
  const Overview after = seen();

  CHECK(box_card(before.boxes[1], kWall).find("<p class=\"state\">asked by probes alone</p>") !=
        std::string::npos);
  CHECK(overview_page(before, {}, "").find("<h1>The box is up</h1>") != std::string::npos);
  CHECK(box_card(after.boxes[1], kWall).find("<dt>Polled</dt><dd>by probes alone, last ") !=
        std::string::npos);
  CHECK(overview_page(after, {}, "").find("<h1>All 2 boxes are up</h1>") != std::string::npos);
}

TEST_CASE("the page of a box says whole what became of every query, and its values") {
  const DeviceViews views = boxes();
  const BoxDetails details =
      details_of(views.devices[0], *views.families, "", kWayOut, kNow, kWall);
  check_golden("box.html", box_page(details, "", kWall, "1-2-3"));
}

TEST_CASE("values are found by metric, label, value and query, whatever the case") {
  const DeviceViews views = boxes();
  const auto found = [&](const char* text) {
    std::string all;
    for (const SeriesFacts& series :
         details_of(views.devices[0], *views.families, text, kWayOut, kNow, kWall).series)
      all += series.metric + "{" + series.labels + "} " + series.value + "\n";
    return all;
  };
  CHECK(found("Margin") ==
        "box_dsl_noise_margin_decibels{direction down} 9 dB\n"
        "box_dsl_noise_margin_decibels{direction up} 8 dB\n");
  CHECK(found("7590") == "box_info{kind fritzbox, model FRITZ!Box 7590, firmware 154.07.57} \n");
  CHECK(found("access") == "box_wan_access{} dsl\n");
  CHECK(found("61 °") == "box_temperature_celsius{sensor cpu} 61 °C\n");
}

TEST_CASE("a label is read back as the device wrote it") {
  const std::string hostile = "a\"b\\c\nd,e=\"f\"} 1";
  Store store(
      {{.device = "x\"y", .labels = {{"site", "s\\"}}, .interval = 30s, .queries = {{"q", 30s}}}});
  store.record(
      snapshot("x\"y", "q", {one("box_host_active", 2.5, {{"mac", "m"}, {"name", hostile}})}));
  store.record(snapshot(
      "x\"y", "q",
      {one("box_hosts", 3), one("box_host_active", 2.5, {{"mac", "m"}, {"name", hostile}})}));
  store.end_turn("x\"y", {.reached = true, .ended = kNow});
  const DeviceViews views = store.device_views(kNow);

  const auto all =
      samples_of(views.devices[0], *views.families, [](std::string_view) { return true; });

  REQUIRE(all.size() == 2);
  CHECK(all[0].labels == Labels{});
  CHECK(all[0].value == 3);
  CHECK(all[1].labels == Labels{{"mac", "m"}, {"name", hostile}});
  CHECK(all[1].value == 2.5);
}

TEST_CASE("updates are the new parts, and the names when the boxes are others") {
  const Overview all = overview();
  const std::vector<std::string> names{"home"};
  const Parts parts = overview_parts(all, [](const BoxFacts& box) { return box.name == "third"; });

  const auto json = nlohmann::json::parse(updates_json("1-2-3", kWall, "cards", &names, parts));

  CHECK(json["version"] == "1-2-3");
  CHECK(json["now"] == "2025-08-23T08:00:00.123Z");
  CHECK(json["boxes"] == nlohmann::json{"home"});
  std::vector<std::string> keys;
  for (const auto& [key, html] : json["parts"].items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"bottom", "box:third", "count:", "count:down",
                                         "count:trouble", "count:up", "top"});
  CHECK(json["parts"]["box:third"] == box_card(all.boxes[2], kWall));
  CHECK_FALSE(
      nlohmann::json::parse(updates_json("", kWall, "cards", nullptr, {})).contains("boxes"));
}

TEST_CASE("an update holds the boxes that changed since the version, and expired ones") {
  Store store({{.device = "a", .interval = 30s, .queries = {{"q", 30s}}},
               {.device = "b", .interval = 30s, .queries = {{"q", 30s}}}});
  const auto record = [&](const char* device, Clock::time_point asked) {
    store.record(std::make_shared<const Snapshot>(
        Snapshot{.device = device, .query = "q", .asked = asked, .series = {one("box_hosts", 1)}}));
    store.end_turn(device, {.reached = true, .ended = asked});
  };
  const Site site(store, {}, kWall);
  const auto asked = [&](const std::string& since) {
    const auto response = site.updates({.query = {{"since", since}}});
    CHECK(response.status == 200);
    return nlohmann::json::parse(*response.body.front());
  };
  const auto boxes_in = [](const nlohmann::json& answer) {
    std::string names;
    for (const auto& [key, html] : answer["parts"].items())
      if (key.starts_with("box:")) names += key + " ";
    return names;
  };
  record("a", Clock::now());
  record("b", Clock::now());

  const auto first = asked("");
  CHECK(boxes_in(first) == "box:a box:b ");
  CHECK(first["boxes"] == nlohmann::json{"a", "b"});

  const auto second = asked(first["version"]);
  CHECK(boxes_in(second).empty());
  CHECK_FALSE(second.contains("boxes"));

  record("b", Clock::now());
  const auto third = asked(second["version"]);
  CHECK(boxes_in(third) == "box:b ");

  store.update({{.device = "b", .interval = 30s, .queries = {{"q", 30s}}}}, {"b"});
  const auto fourth = asked(third["version"]);
  CHECK(fourth["boxes"] == nlohmann::json{"b"});
  CHECK(boxes_in(fourth) == "box:b ");

  for (const char* strange : {"1-2-3", "x", "--", "99999999999999999999-1-1"})
    CHECK(boxes_in(asked(strange)) == "box:b ");

  // What a version has been told as there may expire without anything being recorded.
  const DeviceViews now = store.device_views(Clock::now() + 91s);
  CHECK(now.devices[0].shown.empty());
  CHECK(now.devices[0].expired > Clock::now());
}

TEST_CASE("a version of the page of one box") {
  Store store({{.device = "a", .interval = 30s, .queries = {{"q", 30s}}}});
  const Site site(store, {}, kWall);
  const auto asked = [&](const std::string& since) {
    return nlohmann::json::parse(
        *site.updates({.query = {{"box", "a"}, {"since", since}}}).body.front());
  };

  const auto first = asked("");

  CHECK(first["layout"] == "box");
  CHECK(first["parts"].size() == 4);
  CHECK(asked(first["version"])["parts"].empty());
  CHECK(site.updates({.query = {{"box", "b"}}}).status == 404);
  CHECK(site.box({.query = {{"name", "<b>"}}}).status == 404);
  CHECK(site.box({.query = {{"name", "<b>"}}}).body.front()->find("<b>") == std::string::npos);
}

TEST_CASE("a line is bad where the shipped alerts say so") {
  const auto words = [](const BoxReadings& box) {
    std::string all;
    for (const LineHealth& line : line_health(box)) all += line.words + ": " + line.numbers + "\n";
    return all;
  };
  CHECK(words({}).empty());
  CHECK(words({.dsl_up = 1, .dsl_margin = {2.9, 6}}) == "DSL is bad: margin 2.9 / 6 dB\n");
  CHECK(words({.dsl_up = 1, .dsl_margin = {4, 6}}) == "DSL is weak: margin 4 / 6 dB\n");
  // What is not known is not called good, and does not stand where the other direction is looked
  // for.
  CHECK(words({.dsl_up = 1}) == "DSL is up: \n");
  CHECK(words({.dsl_up = 1, .dsl_margin = {std::nullopt, 12.1}}) ==
        "DSL is up: margin – / 12.1 dB\n");
  CHECK(words({.dsl_up = 1, .dsl_margin = {std::nullopt, 2}}) == "DSL is bad: margin – / 2 dB\n");
  CHECK(words({.dsl_up = 1, .dsl_margin = {9, std::nullopt}}) == "DSL is good: margin 9 / – dB\n");
  CHECK(words({.fiber_up = 1, .fiber_power = {std::nullopt, 2}}) ==
        "Fibre is up: light – / 2 dBm\n");
  CHECK(words({.access = "dsl", .dsl_up = 0}) == "DSL is down: \n");
  CHECK(words({.access = "fiber", .dsl_up = 0, .fiber_up = 1, .fiber_power = {-17.86, 2}}) ==
        "Fibre is good: light -17.9 / 2 dBm\n");
  CHECK(words({.access = "fiber", .fiber_up = 1, .fiber_power = {-27.5, 2}}) ==
        "Fibre is bad: light -27.5 / 2 dBm\n");
  CHECK(words({.access = "fiber", .fiber_up = 0}) == "Fibre is down: \n");
  CHECK(words({.cable_channels = {24, 4}, .cable_worst_mer = 29}) ==
        "Cable is bad: 24 / 4 channels, worst MER 29 dB\n");
  CHECK(words({.cable_worst_mer = 38, .cable_down_low = -11, .cable_down_high = 3}) ==
        "Cable is weak: worst MER 38 dB, level -11 to 3 dBmV\n");
  CHECK(words({.mobile_connected = 1, .mobile_best_rsrp = -116}) ==
        "Mobile is bad: RSRP -116 dBm\n");
}

TEST_CASE("a picture of the last hour goes over short gaps, and breaks at long ones") {
  CHECK(sparkline({}).empty());
  CHECK(sparkline(std::vector<History::Rates>(120)).empty());

  std::vector<History::Rates> hour(120);
  hour[0] = {1e6F, 0};
  hour[5] = {2e6F, 1e6F};
  hour[50] = {0, 0};

  CHECK(sparkline(hour) ==
        "<svg class=\"spark\" viewBox=\"0 0 119 36\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"The last hour: down at most 16 Mbit/s, up at most 8 Mbit/s\"><title>The last "
        "hour: down at most 16 Mbit/s, up at most 8 Mbit/s</title><path class=\"area\" d=\"M0 "
        "19.0L5 2.0L5 36.0L0 36.0ZM50 36.0L50 36.0L50 36.0Z\"/><path class=\"down\" d=\"M0 19.0L5 "
        "2.0M50 36.0\"/><path class=\"up\" d=\"M0 36.0L5 19.0M50 36.0\"/></svg>");
}

}  // namespace boxmeter::site_test
