#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "places.h"
#include "publish/formats.h"

namespace boxmeter::push_formats_test {
namespace {

constexpr auto kAnswered = std::chrono::milliseconds(1755936000123);

FamilyPtr family(std::string name, MetricType type = MetricType::gauge) {
  return std::make_shared<const Family>(Family{.name = std::move(name), .type = type});
}

Number number(std::uint64_t value) { return Number(value); }

Snapshot snapshot(std::string query, std::vector<Series> series, Reply reply = nullptr) {
  return {.device = "free",
          .query = std::move(query),
          .answered = WallClock::time_point(kAnswered),
          .series = std::move(series),
          .reply = std::move(reply)};
}

std::string lines(const std::vector<std::string>& objects) {
  std::string text;
  for (const std::string& object : objects) text += object + "\n";
  return text;
}

Snapshot stations() {
  const Labels phone{{"mac", "00:00:5E:00:53:01"}, {"ap", "0"}};
  const Labels turned{{"ap", "0"}, {"mac", "00:00:5E:00:53:01"}};
  const Labels nameless{{"mac", "00:00:5E:00:53:02"}, {"ap", ""}};
  Labels up = phone, down = phone;
  up.emplace_back("state", "authenticated");
  down.emplace_back("state", "off");
  return snapshot("freebox_stations",
                  {{family("box_wlan_station_signal_dbm"),
                    {{phone, Number(std::int64_t{-61})}, {nameless, Number(-80.5)}}},
                   {family("box_wlan_station_receive_bytes_total", MetricType::counter),
                    {{turned, number(18446744073709551615U)}}},
                   {family("box_wlan_station_state", MetricType::stateset),
                    {{down, number(0)}, {up, number(1)}}},
                   {family("box_wlan_station_info", MetricType::info),
                    {{{{"mac", "00:00:5E:00:53:01"}, {"name", "Kü\"che\n"}}, number(1)}}}});
}

}  // namespace

TEST_CASE("json: one object as Telegraf writes them, integers exact, in milliseconds") {
  const auto objects = json_objects(
      snapshot("freebox_connection", {{family("box_wan_receive_bytes_total", MetricType::counter),
                                       {{{}, number(13332830)}}}}),
      {});

  CHECK(lines(objects) ==
        R"({"name":"prometheus","timestamp":1755936000123,"tags":{"device":"free"},)"
        R"("fields":{"box_wan_receive_bytes_total":13332830}})"
        "\n");
}

TEST_CASE("json: rows of equal labels are one object, states are 0 and 1, an info row is 1") {
  const std::string actual =
      lines(json_objects(stations(), {.device_labels = {{"site", "attic"}}}));

  CHECK(actual == golden("push_stations.jsonl", actual));
}

TEST_CASE("json: every object can be parsed again, whatever bytes a name has") {
  const auto objects = json_objects(snapshot("q", {{family("box_hosts"),
                                                    {{{{"name",
                                                        "K\xFC"
                                                        "che \x01 \\ \x7F"}},
                                                      number(1)}}}}),
                                    {});

  REQUIRE(objects.size() == 1);
  CHECK(Reply::parse(objects[0])["tags"]["name"] ==
        "K\xEF\xBF\xBD"
        "che \x01 \\ \x7F");
}

TEST_CASE("json: names stay whole, and one that comes twice is one member") {
  const auto objects = json_objects(
      snapshot("q",
               {{family("freebox_vm_cpus"), {{{{"device", "other"}, {"site", "row"}}, number(2)}}},
                {family("box_x"), {{{{"device", "other"}, {"site", "row"}}, number(3)}}},
                {family("x"), {{{{"device", "other"}, {"site", "row"}}, number(4)}}}}),
      {.measurement = "boxes", .device_labels = {{"site", "attic"}}});

  CHECK(lines(objects) == R"({"name":"boxes","timestamp":1755936000123,)"
                          R"("tags":{"device":"free","site":"attic"},)"
                          R"("fields":{"freebox_vm_cpus":2,"box_x":3,"x":4}})"
                          "\n");
}

TEST_CASE("json: nothing is sent for a failure, no series, no finite number") {
  auto failed = stations();
  failed.failure = Failure{ErrorKind::timeout, "no answer"};

  CHECK(json_objects(failed, {}).empty());
  CHECK(json_objects(snapshot("q", {}), {}).empty());
  CHECK(json_objects(snapshot("q", {{family("box_s"), {{{}, Number(1e308).scaled(10, 0)}}}}), {})
            .empty());
}

TEST_CASE("influx: a line per set of equal labels, floats, in nanoseconds") {
  CHECK(lines(influx_objects(stations(),
                             {.measurement = "my boxes", .device_labels = {{"site", "a,b=c"}}})) ==
        "my\\ boxes,device=free,site=a\\,b\\=c,mac=00:00:5E:00:53:01,ap=0 "
        "box_wlan_station_signal_dbm=-61,box_wlan_station_receive_bytes_total=18446744073709551615 "
        "1755936000123000000\n"
        "my\\ boxes,device=free,site=a\\,b\\=c,mac=00:00:5E:00:53:02 "
        "box_wlan_station_signal_dbm=-80.5 1755936000123000000\n"
        "my\\ boxes,device=free,site=a\\,b\\=c,mac=00:00:5E:00:53:01,ap=0,state=off "
        "box_wlan_station_state=0 1755936000123000000\n"
        "my\\ boxes,device=free,site=a\\,b\\=c,mac=00:00:5E:00:53:01,ap=0,state=authenticated "
        "box_wlan_station_state=1 1755936000123000000\n"
        "my\\ boxes,device=free,site=a\\,b\\=c,mac=00:00:5E:00:53:01,name=Kü\"che\\n "
        "box_wlan_station_info=1 1755936000123000000\n");
}

TEST_CASE("influx: a backslash at the end of a tag would take the next comma with it, and goes") {
  CHECK(lines(influx_objects(
            snapshot("q", {{family("box_x"),
                            {{{{"a", "b\\"}, {"c", "\\\\"}, {"d", "e\\f"}}, number(1)}}}}),
            {})) == "prometheus,device=free,a=b,d=e\\f box_x=1 1755936000123000000\n");
}

TEST_CASE(
    "influx: what a line cannot hold is written out, and a name that comes twice is one field") {
  CHECK(
      lines(influx_objects(
          snapshot(
              "q",
              {{family("box_x"), {{{{"a", "tab\tfeed\fv\v"}, {"b", "line\r\nend"}}, number(1)}}},
               {family("box_x"), {{{{"b", "line\r\nend"}, {"a", "tab\tfeed\fv\v"}}, number(2)}}}}),
          {.measurement = "a=b c"})) ==
      "a=b\\ c,device=free,a=tab\\tfeed\\fv\\v,b=line\\r\\nend box_x=1 "
      "1755936000123000000\n");
}

// VictoriaMetrics takes two backslashes for one, so that a blank behind them would end the tag.
TEST_CASE("influx: an escaped character has an odd number of backslashes before it") {
  CHECK(lines(influx_objects(
            snapshot("q", {{family("box_x"),
                            {{{{"a", "x\\ y"}, {"b", "x\\\\,y"}, {"c", "x\\y=z"}}, number(1)}}}}),
            {})) ==
        "prometheus,device=free,a=x\\\\\\ y,b=x\\\\\\,y,c=x\\y\\=z box_x=1 1755936000123000000\n");
}

TEST_CASE("influx: integers end in i, also where 64 bits with a sign cannot hold them") {
  const auto written = [](MetricType type, Number value) {
    const std::string line = lines(
        influx_objects(snapshot("q", {{family("x", type), {{{}, value}}}}), {.integers = true}));
    return line.substr(line.find("x=") + 2, line.rfind(' ') - line.find("x=") - 2);
  };
  CHECK(written(MetricType::counter, number(9007199254740993)) == "9007199254740993i");
  CHECK(written(MetricType::counter, number(18446744073709551615U)) == "9223372036854774784i");
  CHECK(written(MetricType::counter, Number(12.75)) == "12i");
  CHECK(written(MetricType::info, number(1)) == "1i");
  CHECK(written(MetricType::gauge, number(7)) == "7");
}

TEST_CASE("raw: the reply itself and nothing else") {
  const Reply reply = Reply::parse(R"({"rate_down":61,"bytes_up":5489542,"ipv4":"192.0.2.42"})");

  CHECK(raw_objects(snapshot("q", {}, reply), {.device_labels = {{"site", "attic"}}}) ==
        std::vector<std::string>{R"({"bytes_up":5489542,"ipv4":"192.0.2.42","rate_down":61})"});
  CHECK(raw_objects(snapshot("q", {}, 1700), {}) == std::vector<std::string>{"1700"});
  CHECK(raw_objects(snapshot("q", {}, 0), {}) == std::vector<std::string>{"0"});
}

TEST_CASE("raw: nothing is sent for an empty reply or a failure") {
  auto failed = snapshot("q", {}, Reply{{"half", 1}});
  failed.failure = Failure{ErrorKind::protocol, "cut"};

  CHECK(raw_objects(snapshot("q", {}, Reply::array()), {}).empty());
  CHECK(raw_objects(snapshot("q", {}, Reply::object()), {}).empty());
  CHECK(raw_objects(snapshot("q", {}, nullptr), {}).empty());
  CHECK(raw_objects(failed, {}).empty());
}

TEST_CASE("a format's row tells how its objects become a body") {
  const std::vector<std::string_view> objects = {"a", "b"};

  CHECK(framed(push_format("raw").framing, {objects.data(), 1}) == "a");
  CHECK(framed(push_format("json").framing, objects) == "[a,b]");
  CHECK(framed({.between = "\n", .after = "\n"}, objects) == "a\nb\n");
}

TEST_CASE("every format stands in the table once, under its own name") {
  std::vector<std::string> names;
  for (const PushFormat& format : push_formats()) {
    names.emplace_back(format.name);
    CHECK(&push_format(format.name) == &format);
    CHECK((format.objects != nullptr));
  }

  CHECK(names == std::vector<std::string>{"raw", "json", "influx"});
}

}  // namespace boxmeter::push_formats_test
