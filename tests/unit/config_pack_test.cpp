#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "config_folder.h"

namespace boxmeter::config_pack_test {

using namespace test;

namespace {

std::string picture(const Source& source) {
  if (source.constant) return "=" + *source.constant;
  std::string text = source.path.text();
  if (!source.split.empty()) text += " split " + source.split;
  if (source.scale != 1.0) text += " x " + Number(source.scale).text();
  return text;
}

std::string picture(const std::vector<Source>& sources) {
  std::string text;
  for (const Source& source : sources) text += (text.empty() ? "" : ", ") + picture(source);
  return "[" + text + "]";
}

std::string picture(const Mapping& map) {
  std::string text;
  for (const auto& [from, to] : map.entries) text += " " + from + ">" + to;
  return map.otherwise ? text + " else>" + *map.otherwise : text;
}

std::string picture(const Condition& condition) {
  std::string text = condition.path.text();
  if (!condition.any.empty()) text += " is " + joined(condition.any, "|");
  if (!condition.none.empty()) text += " is not " + joined(condition.none, "|");
  if (condition.same) text += " same as " + condition.same->text();
  if (condition.within) text += " within " + std::to_string(condition.within->count()) + "ms";
  if (condition.present) text += *condition.present ? " present" : " absent";
  return text;
}

std::string picture(const State& state) {
  return state.name + "=" + (state.otherwise ? "ELSE" : joined(state.texts, "|"));
}

std::string picture(const Rule& rule) {
  std::string text = rule.family->name + " " + std::string(name(rule.family->type));
  if (!rule.each.empty()) text += "\n  each " + picture(rule.each);
  for (const Condition& condition : rule.where) text += "\n  where " + picture(condition);
  for (const LabelRule& label : rule.labels)
    text += "\n  label " + label.name + ": " + picture(label.source) +
            (label.lower ? " lower" : "") +
            (label.match ? " match " + label.match->pattern() : "") + picture(label.map);
  if (!rule.value.empty()) text += "\n  value " + picture(rule.value);
  if (!rule.absent.empty()) text += "\n  absent " + joined(rule.absent, "|");
  if (rule.match) text += "\n  match " + rule.match->pattern();
  if (!rule.map.empty()) text += "\n  map" + picture(rule.map);
  if (rule.scale != 1.0) text += "\n  scale " + Number(rule.scale).text();
  if (rule.offset != 0.0) text += "\n  offset " + Number(rule.offset).text();
  constexpr const char* kFolds[] = {"none", "count", "sum", "min", "max", "mean"};
  if (rule.fold != Fold::none)
    text += std::string("\n  fold ") + kFolds[static_cast<int>(rule.fold)];
  for (const State& state : rule.states) text += "\n  state " + picture(state);
  if (rule.required) text += "\n  required";
  return text + "\n";
}

std::string picture(const Request& request) {
  std::string text = describe(request);
  if (request.repeat)
    text += " repeat " + request.repeat->index + " until " + std::to_string(request.repeat->until) +
            " count '" + request.repeat->count + "' limit " + std::to_string(request.repeat->limit);
  if (request.keep.count() != 0) text += " keep " + std::to_string(request.keep.count()) + "ms";
  if (request.body_limit != 4U << 20) text += " max " + std::to_string(request.body_limit);
  return text;
}

std::string picture(const Query& query) {
  std::string text = query.name + " of " + query.pack + " for " + query.kind;
  if (query.interval.count() != 0) text += " every " + std::to_string(query.interval.count());
  if (query.loop) {
    text += "\nfor " + query.loop->variable + " in " + joined(query.loop->values, "|");
    if (query.loop->request)
      text += picture(*query.loop->request) + " each " + picture(query.loop->each);
    for (const Condition& condition : query.loop->where) text += " where " + picture(condition);
    for (const auto& [name, path] : query.loop->bind) text += " " + name + "=" + path.text();
  }
  for (const Part& part : query.parts) {
    text += "\nask " + part.name + ":";
    for (const Request& request : part.first) text += " " + picture(request);
  }
  text += "\n";
  for (const Rule& rule : query.rules) text += picture(rule);
  return text;
}

/// The first query of the pack text, as a device gets it.
std::string loaded(const std::string& pack, const std::string& kind = "fritzbox") {
  const ConfigFolder folder;
  folder.write("mine.yml", "pack: mine\nkind: " + kind + "\nqueries:\n" + pack);
  const std::string secret = kind == "freebox" ? "app_token: x, app_id: y" : "password: x";
  const Config config =
      folder.load("query_files: [mine.yml]\ndevices: [{name: home, kind: " + kind + ", " + secret +
                  ", queries: [mine]}]\n");
  return picture(*config.jobs.at(0).queries.at(0));
}

}  // namespace

TEST_CASE("a query with a list of sources") {
  CHECK(loaded(R"y(
  - name: mine_traffic
    request: {tr064: WANCommonIFC1.GetAddonInfos}
    interval: 15s
    metrics:
      - name: box_mine_bytes_total
        type: counter
        help: Bytes.
        value: [NewX_AVM_DE_TotalBytesReceived64, {path: NewTotal, scale: 0.5, split: ","}, =0]
        absent: [-1, 255]
        match: "^([0-9]+) B"
        scale: 1000
        offset: -273.15
        required: true
)y") == R"y(mine_traffic of mine for fritzbox every 15000
ask : tr064:WANCommonIFC1.GetAddonInfos
box_mine_bytes_total counter
  value [NewX_AVM_DE_TotalBytesReceived64, NewTotal split , x 0.5, =0]
  absent -1|255
  match ^([0-9]+) B
  scale 1000
  offset -273.15
  required
)y");
}

TEST_CASE("a loop over a literal list, with parts and inherited labels") {
  CHECK(loaded(R"y(
  - name: mine_wlan
    for_each: {radio: [1, 2, 3, 4]}
    request:
      info:  {tr064: "WLANConfiguration{radio}.GetInfo"}
      count: {tr064: "WLANConfiguration{radio}.GetTotalAssociations"}
    labels: {radio: $radio}
    metrics:
      - {name: box_mine_stations, help: H., value: count/NewTotalAssociations}
      - {name: box_mine_info, type: info, help: H., labels: {band: {path: info/NewX_AVM-DE_FrequencyBand, map: {2400: 2.4GHz, 5000: 5GHz, 6000: 6GHz}}}}
      - {name: box_mine_thing, help: H., value: info/x, labels: {radio: =all, other: $info/y}}
)y") == R"y(mine_wlan of mine for fritzbox
for radio in 1|2|3|4
ask info: tr064:WLANConfiguration{radio}.GetInfo
ask count: tr064:WLANConfiguration{radio}.GetTotalAssociations
box_mine_stations gauge
  label radio: $radio
  value [count/NewTotalAssociations]
box_mine_info info
  label radio: $radio
  label band: info/NewX_AVM-DE_FrequencyBand 2400>2.4GHz 5000>5GHz 6000>6GHz
box_mine_thing gauge
  label radio: =all
  label other: $info/y
  value [info/x]
)y");
}

TEST_CASE("a loop over what a request finds") {
  CHECK(loaded(R"y(
  - name: mine_stations
    for_each: {ap: {get: wifi/ap/, each: "*", where: {status/state: active}, bind: {id: id, band: config/band}}}
    request: {get: "wifi/ap/{ap.id}/stations/", max_body: 1MB}
    each: reply/*
    labels: {mac: mac}
    where: {state: associated, $ap/band: {not: 60g}}
    metrics:
      - {name: box_mine_signal_dbm, help: H., value: signal}
      - {name: box_mine_info, type: info, help: H., where: {state: [a, b], x/*: {present: true}, at: {within: 24h}, y: {same_as: $ap/id}}, labels: {radio: $ap/id, name: hostname, up: ../~}}
)y",
               "freebox") == R"y(mine_stations of mine for freebox
for ap in get:wifi/ap/ each [*] where status/state is active id=id band=config/band
ask : get:wifi/ap/{ap.id}/stations/ max 1000000
box_mine_signal_dbm gauge
  each [reply/*]
  where state is associated
  where $ap/band is not 60g
  label mac: mac
  value [signal]
box_mine_info info
  each [reply/*]
  where state is a|b
  where $ap/band is not 60g
  where x/* present
  where at within 86400000ms
  where y same as $ap/id
  label mac: mac
  label radio: $ap/id
  label name: hostname
  label up: ../~
)y");
}

TEST_CASE("a part whose answer is kept goes with one that is asked each time") {
  CHECK(loaded(R"y(
  - name: mine_kept
    for_each: {ap: {get: wifi/ap/, keep: 5m, each: "*", bind: {id: id}}}
    request:
      system: {get: system/, keep: 1h}
      list: {get: "wifi/ap/{ap.id}/stations/"}
    metrics: []
)y",
               "freebox") == R"y(mine_kept of mine for freebox
for ap in get:wifi/ap/ keep 300000ms each [*] id=id
ask system: get:system/ keep 3600000ms
ask list: get:wifi/ap/{ap.id}/stations/
)y");
  CHECK_THROWS_WITH_AS(loaded(R"y(
  - name: mine_kept
    request: {tr064: DeviceInfo1.GetInfo, keep: 1h}
    metrics: []
)y"),
                       "mine.yml:6:14: 'keep' is for a part beside others that are asked each "
                       "time; how often a query is asked says its 'interval'",
                       Error);
}

TEST_CASE("alternatives, arguments and indexed walks") {
  CHECK(loaded(R"y(
  - name: mine_walk
    request:
      first:
        - {list: Hosts1.X_AVM-DE_GetHostListPath}
        - {tr064: Hosts1.GetGenericHostEntry, args: {NewKind: 1}, repeat: {index: NewIndex, until: 713, limit: 40}}
        - {tr064: Hosts1.GetGenericHostEntry, repeat: {index: NewIndex, count: Hosts1.GetHostNumberOfEntries/NewHostNumberOfEntries}}
    metrics: []
)y") == R"y(mine_walk of mine for fritzbox
ask : list:Hosts1.X_AVM-DE_GetHostListPath tr064:Hosts1.GetGenericHostEntry{NewKind=1} repeat NewIndex until 713 count '' limit 40 tr064:Hosts1.GetGenericHostEntry repeat NewIndex until 0 count 'Hosts1.GetHostNumberOfEntries/NewHostNumberOfEntries' limit 256
)y");
}

TEST_CASE("states, folds and rows") {
  CHECK(loaded(R"y(
  - name: mine_states
    request: {list: Hosts1.X_AVM-DE_GetHostListPath}
    each: [Item/*, {path: Other, split: ";"}]
    metrics:
      - {name: box_mine_state, type: stateset, help: H., value: tsoll, states: {off: 253, on: [254, 255], heating: else, else: "else"}}
      - {name: box_mine_mode, type: stateset, help: H., value: mode, states: [up, down], map: {1: up}, else: down}
      - {name: box_mine_hosts, help: H., value: =1, fold: sum, labels: {network: {path: X_AVM-DE_Guest, match: "(.)", map: {0: lan, 1: guest}, else: other
}
}
}
      - {name: box_mine_rows, help: H., fold: count, each: A/B}
)y") == R"y(mine_states of mine for fritzbox
ask : list:Hosts1.X_AVM-DE_GetHostListPath
box_mine_state stateset
  each [Item/*, Other split ;]
  value [tsoll]
  state off=253
  state on=254|255
  state heating=ELSE
  state else=else
box_mine_mode stateset
  each [Item/*, Other split ;]
  value [mode]
  map 1>up else>down
  state up=up
  state down=down
box_mine_hosts gauge
  each [Item/*, Other split ;]
  label network: X_AVM-DE_Guest match (.) 0>lan 1>guest else>other
  value [=1]
  fold sum
box_mine_rows gauge
  each [A/B]
  fold count
)y");
}

TEST_CASE("equal names share one family, and help and type need saying once") {
  const ConfigFolder folder;
  folder.write("mine.yml", R"y(pack: mine
kind: fritzbox
queries:
  - name: mine_a
    request: {tr064: DeviceInfo1.GetInfo}
    metrics:
      - {name: box_mine_errors_total, type: counter, help: Errors so far., value: NewA}
  - name: mine_b
    request: {tr064: DeviceInfo1.GetSecurityPort}
    metrics:
      - {name: box_mine_errors_total, value: NewB, labels: {side: =b}}
)y");
  const Config config = folder.load(
      "query_files: mine.yml\ndevices: [{name: home, kind: fritzbox, password: x, queries: mine}]");

  const auto& queries = config.jobs.at(0).queries;
  CHECK(queries[0]->rules[0].family == queries[1]->rules[0].family);
  CHECK(queries[1]->rules[0].family->help == "Errors so far.");
  CHECK(queries[1]->rules[0].family->type == MetricType::counter);
  CHECK(config.warnings.empty());
}

TEST_CASE("a foreign pack may use another exporter's names") {
  const std::string query = loaded(R"y(
  - name: mine_foreign
    request: {tr064: DeviceInfo1.GetInfo}
    metrics:
      - {name: "gateway:wan_bytes", type: counter, help: H., value: NewA}
names: foreign
)y");
  CHECK(query ==
        "mine_foreign of mine for fritzbox\nask : tr064:DeviceInfo1.GetInfo\n"
        "gateway:wan_bytes counter\n  value [NewA]\n");
}

TEST_CASE("two packs of foreign names need not agree unless one configuration names both") {
  const ConfigFolder folder;
  const auto pack = [](const std::string& name, const std::string& type) {
    return "pack: " + std::string(name) +
           "\nkind: fritzbox\nnames: foreign\nqueries:\n  - name: " + name +
           "_q\n    request: {tr064: DeviceInfo1.GetInfo}\n    metrics:\n"
           "      - {name: gateway_bytes, type: " +
           type + ", help: Bytes., value: NewA}\n";
  };
  folder.write("a.yml", pack("a", "gauge"));
  folder.write("b.yml", pack("b", "counter"));
  const auto asking = [](const std::string& queries) {
    return "query_files: [a.yml, b.yml]\ndevices: [{name: home, kind: fritzbox, password: x, "
           "queries: " +
           queries + "}]\n";
  };

  CHECK(folder.complaint(asking("[a]")) == "");
  CHECK(folder.load(asking("[b_q]")).jobs.at(0).queries.at(0)->name == "b_q");
  CHECK(folder.complaint(asking("[a, b]")) ==
        "b.yml:8:37: metric 'gateway_bytes' is a counter here and a gauge at a.yml:8:16 (one type "
        "per metric)");
  CHECK(folder.complaint(asking("[a, b_x]")) ==
        "boxmeter.yml:2:66: unknown pack or query 'b_x' (did you mean 'b_q'?)");
}

TEST_CASE("a pack of foreign names that nobody asks for must be right all the same") {
  const ConfigFolder folder;
  folder.write("a.yml",
               "pack: a\nkind: fritzbox\nnames: foreign\nqueries:\n  - name: a_q\n"
               "    request: {tr064: DeviceInfo1.GetInfo}\n    metrics:\n"
               "      - {name: gateway_bytes, value: NewA}\n");

  CHECK(folder.complaint("query_files: a.yml\n"
                         "devices: [{name: home, kind: fritzbox, password: x}]\n") ==
        "a.yml:8:16: metric 'gateway_bytes' has no help text (add 'help')");
}

TEST_CASE("a pack with a shipped name replaces the shipped one") {
  const ConfigFolder folder;
  folder.write("packs/mine.yml", R"y(pack: fritzbox
kind: fritzbox
queries:
  - name: fritzbox_mine
    request: {tr064: DeviceInfo1.GetInfo}
    metrics:
      - {name: fritzbox_uptime_seconds, help: H., value: NewUpTime}
)y");
  const Config config = folder.load(
      "query_files: [packs/*.yml]\ndevices: [{name: home, kind: fritzbox, password: x}]\n");

  REQUIRE(config.jobs.at(0).queries.size() == 1);
  CHECK(config.jobs[0].queries[0]->name == "fritzbox_mine");
}

TEST_CASE("two files with one pack name exclude each other") {
  const ConfigFolder folder;
  const char* const pack =
      "pack: mine\nkind: fritzbox\nqueries:\n  - name: mine_q\n    request: {tr064: "
      "DeviceInfo1.GetInfo}\n    metrics: []\n";
  folder.write("a.yml", pack);
  folder.write("b.yml", pack);

  CHECK(
      folder.complaint("query_files: [a.yml, b.yml]\ndevices: [{name: home, kind: fritzbox}]\n") ==
      "b.yml:1:7: pack 'mine' is also in a.yml:1:7; each pack needs a name of its own");
}

TEST_CASE("every shipped pack is in the file of its name") {
  for (const auto& [name, text, foreign] : shipped_packs(shipped_kinds())) {
    CAPTURE(name);
    CHECK(text.find("\npack: " + std::string(name) + "\n") + 1 <= text.size());
    CHECK((text.starts_with("pack: " + std::string(name) + "\n") ||
           text.find("\npack: " + std::string(name) + "\n") != std::string::npos));
  }
  CHECK(shipped_packs(shipped_kinds()).size() >= 2);
}

TEST_CASE("queries that may give the same series are warned of, once") {
  const ConfigFolder folder;
  folder.write("mine.yml", R"y(pack: mine
kind: fritzbox
queries:
  - name: mine_a
    request: {tr064: DeviceInfo1.GetInfo}
    metrics:
      - {name: box_mine_same, help: H., value: NewA, labels: {x: NewX}}
      - {name: box_mine_other, help: H., value: NewA, labels: {x: =a}}
  - name: mine_b
    request: {tr064: DeviceInfo1.GetSecurityPort}
    metrics:
      - {name: box_mine_same, value: NewB, labels: {x: =b}}
      - {name: box_mine_other, value: NewB, labels: {x: =b}}
)y");
  const Config config = folder.load(R"y(query_files: mine.yml
devices:
  - {name: home, kind: fritzbox, password: x, queries: mine}
  - {name: away, kind: fritzbox, password: x, queries: mine}
)y");

  CHECK(config.warnings ==
        std::vector<std::string>{"queries 'mine_a' and 'mine_b' may both give the same series of "
                                 "'box_mine_same': the first one wins (device 'home')"});
}

TEST_CASE("a request as `call` takes it") {
  const DeviceKind& fritzbox = find_kind(shipped_kinds(), "fritzbox");
  const DeviceKind& freebox = find_kind(shipped_kinds(), "freebox");
  CHECK(parse_request(fritzbox, "tr064:DeviceInfo1.GetInfo") ==
        Request{.verb = "tr064", .target = "DeviceInfo1.GetInfo"});
  CHECK(parse_request(fritzbox, "tr064:WLANConfiguration:1.GetInfo").target ==
        "WLANConfiguration:1.GetInfo");
  CHECK(parse_request(freebox, "get: connection/") ==
        Request{.verb = "get", .target = "connection/"});
  for (const char* const text : {"", "DeviceInfo1.GetInfo", "tr064:", ":x", "a b:c"})
    CHECK_THROWS_WITH_AS(
        parse_request(freebox, text),
        ("'" + std::string(text) + "' is not a request (such as 'get: connection/')").c_str(),
        Error);
}

}  // namespace boxmeter::config_pack_test
