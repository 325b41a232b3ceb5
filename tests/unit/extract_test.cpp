#include "metric/extract.h"

#include <doctest/doctest.h>

#include "rules.h"

namespace boxmeter::extract_test {
namespace {

const WallClock::time_point kNow{std::chrono::seconds(1'784'031'000)};

/// The lines that a query in YAML makes of a reply in JSON, and what it says of itself.
struct Case {
  std::string what, reply, rules, expected;
};

std::string extracted(const std::string& reply, const std::string& rules, std::size_t limit = 100) {
  Choices choices;
  return test::text(extract(test::query(rules), Reply::parse(reply), limit, choices, kNow));
}

/// `expected` starts with a line break and is indented, for the eye.
std::string aligned(const std::string& text) {
  std::string result;
  std::size_t at = text.find_first_not_of(" \n");
  while (at != std::string::npos) {
    const std::size_t end = text.find('\n', at);
    result += text.substr(at, end - at) + "\n";
    at = text.find_first_not_of(" \n", end);
  }
  return result;
}

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(extracted(c.reply, c.rules) == aligned(c.expected));
  }
}

}  // namespace

TEST_CASE("the example queries of the design do what it says") {
  check({
      {"traffic, 64 bits first",
       R"({"NewTotalBytesReceived": 2012345678, "NewX_AVM_DE_TotalBytesReceived64": "9876543210123456789"})",
       R"({metrics: [{name: box_wan_receive_bytes_total, type: counter, value: [NewX_AVM_DE_TotalBytesReceived64, NewTotalBytesReceived]}]})",
       R"(box_wan_receive_bytes_total 9876543210123456789)"},
      {"traffic, 32 bits where there is nothing better", R"({"NewTotalBytesReceived": 2012345678})",
       R"({metrics: [{name: box_wan_receive_bytes_total, type: counter, value: [NewX_AVM_DE_TotalBytesReceived64, NewTotalBytesReceived]}]})",
       R"(box_wan_receive_bytes_total 2012345678)"},
      {"radios in two parts, one of which failed for the third",
       R"([{"radio": "1", "info": {"NewX_AVM-DE_FrequencyBand": "2400"}, "count": {"NewTotalAssociations": 3}},
           {"radio": "2", "info": {"NewX_AVM-DE_FrequencyBand": 5000}, "count": {"NewTotalAssociations": 0}},
           {"radio": "3", "info": {"NewX_AVM-DE_FrequencyBand": 60000}}])",
       R"(for_each: radio
parts: [info, count]
labels: {radio: $radio}
metrics:
  - {name: box_wlan_stations, value: count/NewTotalAssociations}
  - {name: box_wlan_info, type: info, labels: {band: {path: info/NewX_AVM-DE_FrequencyBand, map: {2400: 2.4GHz, 5000: 5GHz, 6000: 6GHz}}}})",
       R"(box_wlan_stations{radio="1"} 3
          box_wlan_stations{radio="2"} 0
          box_wlan_info{radio="1",band="2.4GHz"} 1
          box_wlan_info{radio="2",band="5GHz"} 1
          box_wlan_info{radio="3"} 1)"},
      {"stations of each access point",
       R"([{"ap": {"id": 0, "band": "2d4g"}, "reply": [
             {"mac": "00:00:5E:00:53:01", "signal": -62, "hostname": "kitchen"},
             {"mac": "00:00:5E:00:53:02", "signal": 0}]},
           {"ap": {"id": 1, "band": "5g"}, "reply": null},
           {"ap": {"id": 2, "band": "5g"}, "reply": [{"mac": "00:00:5E:00:53:03", "hostname": "attic"}]}])",
       R"(for_each: ap
each: reply/*
labels: {mac: mac}
metrics:
  - {name: box_wlan_station_signal_dbm, value: signal}
  - {name: box_wlan_station_info, type: info, labels: {radio: $ap/id, band: $ap/band, name: hostname}})",
       R"(box_wlan_station_signal_dbm{mac="00:00:5E:00:53:01"} -62
          box_wlan_station_signal_dbm{mac="00:00:5E:00:53:02"} 0
          box_wlan_station_info{mac="00:00:5E:00:53:01",radio="0",band="2d4g",name="kitchen"} 1
          box_wlan_station_info{mac="00:00:5E:00:53:02",radio="0",band="2d4g"} 1
          box_wlan_station_info{mac="00:00:5E:00:53:03",radio="2",band="5g",name="attic"} 1)"},
      {"partitions and their disk above them",
       R"([{"id": 7, "partitions": [{"id": 1, "used_bytes": 100}, {"id": 2, "used_bytes": 200}]},
           {"id": 8, "partitions": []}, {"id": 9},
           {"id": 10, "partitions": [{"id": 3, "used_bytes": 300}]}])",
       R"({metrics: [{name: box_partition_used_bytes, each: "*/partitions/*", value: used_bytes, labels: {disk: ../../id, partition: id}}]})",
       R"(box_partition_used_bytes{disk="7",partition="1"} 100
          box_partition_used_bytes{disk="7",partition="2"} 200
          box_partition_used_bytes{disk="10",partition="3"} 300)"},
      {"hosts by network",
       R"({"Item": [{"X_AVM-DE_Guest": "0"}, {"X_AVM-DE_Guest": 0}, {"X_AVM-DE_Guest": false}]})",
       R"({each: Item/*, metrics: [{name: box_hosts, value: =1, fold: sum, labels: {network: {path: X_AVM-DE_Guest, map: {0: lan, 1: guest}}}}]})",
       R"(box_hosts{network="lan"} 3
          box_hosts{network="guest"} 0)"},
  });
}

TEST_CASE("a value is exact, or absent: never a guess") {
  const std::string gauge = "{name: box_x, value: v}";
  const std::string counter = "{name: box_x, type: counter, value: v}";
  check({
      {"largest integer", R"({"v": 18446744073709551615})", counter, "box_x 18446744073709551615"},
      {"the same as text", R"({"v": "18446744073709551615"})", counter,
       "box_x 18446744073709551615"},
      {"smallest integer", R"({"v": -9223372036854775808})", gauge, "box_x -9223372036854775808"},
      {"the same as text", R"({"v": "-9223372036854775808"})", gauge, "box_x -9223372036854775808"},
      {"fraction", R"({"v": 0.1})", gauge, "box_x 0.1"},
      {"whole double", R"({"v": 5.0})", gauge, "box_x 5"},
      {"true", R"({"v": true})", gauge, "box_x 1"},
      {"false", R"({"v": false})", gauge, "box_x 0"},
      {"blanks around", R"({"v": " 42 "})", gauge, "box_x 42"},
      {"exponent", R"({"v": "1e3"})", gauge, "box_x 1000"},
      {"missing", R"({})", gauge, ""},
      {"no reply at all", R"(null)", gauge, ""},
      {"an array where an object was", R"([1, 2])", gauge, ""},
      {"null", R"({"v": null})", gauge, ""},
      {"empty", R"({"v": ""})", gauge, ""},
      {"dash", R"({"v": "-"})", gauge, ""},
      {"hexadecimal", R"({"v": "0x1F"})", gauge,
       "! mapping: metric 'box_x': 'v': 'x1F' stands behind its number"},
      {"decimal comma", R"({"v": "-17,86"})", gauge, "box_x -17.86"},
      {"two commas", R"({"v": "1,234,567"})", gauge,
       "! mapping: metric 'box_x': 'v': ',234,567' stands behind its number"},
      {"a thousand or a fraction", R"({"v": "1,234"})", gauge,
       "! mapping: metric 'box_x': 'v': ',234' stands behind its number"},
      {"a fraction", R"([{"v": "0,125"}, {"v": "1,25"}, {"v": "1234,567"}])",
       "{name: box_x, each: '*', value: v, fold: sum}", "box_x 1235.942"},
      {"booleans as text", R"([{"v": "true"}, {"v": "false"}])",
       "{name: box_x, each: '*', value: v, fold: sum}", "box_x 1"},
      {"a unit that the rule does not know", R"({"v": "12 dB"})", gauge,
       "! mapping: metric 'box_x': 'v': 'dB' stands behind its number"},
      {"a unit", R"([{"v": "12 dB"}, {"v": "-3,5dBm"}, {"v": "7"}])",
       "{name: box_x, each: '*', value: v, unit: [dB, dBm], fold: sum}", "box_x 15.5"},
      {"a unit of a thousandth", R"({"v": "12 mdB"})", "{name: box_x, value: v, unit: [dB, dBm]}",
       "! mapping: metric 'box_x': 'v': 'mdB' stands behind its number (units: dB, dBm)"},
      {"a unit in a language",
       "{\"v\": \"\u2212"
       "45,3\u00A0\u00B0"
       "C\"}",
       "{name: box_x, value: v, unit: \u00B0"
       "C}",
       "box_x -45.3"},
      {"word", R"({"v": "unknown"})", gauge, ""},
      {"not a number", R"({"v": "nan"})", gauge, ""},
      {"infinite", R"({"v": "inf"})", gauge, ""},
      {"more than a double", R"({"v": "1e400"})", gauge,
       "! mapping: metric 'box_x': 'v': 'e400' stands behind its number"},
      {"scaled out of a double", R"({"v": "1e308"})", "{name: box_x, value: v, scale: 100}", ""},
      {"counter below zero", R"({"v": -1})", counter, ""},
      {"counter of 32 ones", R"({"v": 4294967295})", counter, ""},
      {"32 ones that are scaled", R"({"v": 4294967295})", "{name: box_x, value: v, scale: 125}",
       ""},
      {"a size of 32 ones", R"({"v": 4294967295})", "{name: box_x_bytes, value: v}",
       "box_x_bytes 4294967295"},
      {"gauge below zero", R"({"v": -1})", gauge, "box_x -1"},
      {"empty object", R"({"v": {}})", gauge, ""},
      {"empty array", R"({"v": []})", gauge, ""},
      {"object", R"({"v": {"a": 1}})", gauge,
       "! mapping: metric 'box_x': 'v' is an object, not a value"},
      {"array", R"({"v": [1]})", gauge, "! mapping: metric 'box_x': 'v' is an array, not a value"},
      {"attribute of an element", R"({"v": {"@unit": "mW", "@raw": "1200", "#text": "1.2"}})",
       "[{name: box_x, value: v/@raw}, {name: box_y, value: 'v/#text'}]", "box_x 1200\nbox_y 1.2"},
      {"names with a slash and a tilde", R"({"a/b": {"c~d": 1}})",
       "{name: box_x, value: a~1b/c~0d}", "box_x 1"},
      {"element by index", R"({"v": [10, 20]})", "{name: box_x, value: v/1}", "box_x 20"},
  });
}

TEST_CASE("a value passes absent, match, map, scale and offset in this order") {
  check({
      {"sentinels as number and text", R"({"a": -1, "b": "255", "c": 254})",
       R"([{name: box_a, value: a, absent: [-1, 255]}, {name: box_b, value: b, absent: [-1, 255]},
           {name: box_c, value: c, absent: [-1, 255]}])",
       "box_c 254"},
      {"a sentinel goes before the map, else does not bring it back", R"({"v": 255})",
       "{name: box_x, value: v, absent: [255], map: {255: 7, else: 1}}", ""},
      {"a sentinel goes before the scale", R"({"v": 10})",
       "{name: box_x, value: v, absent: [100], scale: 10}", "box_x 100"},
      {"match takes its group out of the text", R"({"v": "profile 17a, 35 MHz"})",
       R"({name: box_x, value: v, match: '(\d+) MHz'})", "box_x 35"},
      {"no match is absent", R"({"v": "profile 17a"})",
       R"({name: box_x, value: v, match: '(\d+) MHz'})", ""},
      {"match works on numbers", R"({"v": 1234})", R"({name: box_x, value: v, match: '^(\d\d)'})",
       "box_x 12"},
      {"map", R"({"v": "Up"})", "{name: box_x, value: v, map: {Up: 1, Down: 0}}", "box_x 1"},
      {"map of a boolean", R"({"v": true})", "{name: box_x, value: v, map: {1: 10, 0: 20}}",
       "box_x 10"},
      {"map written as a boolean", R"({"v": 0})",
       "{name: box_x, value: v, map: {true: 10, false: 20}}", "box_x 20"},
      {"map with else", R"({"v": "Odd"})", "{name: box_x, value: v, map: {Up: 1, else: 0}}",
       "box_x 0"},
      {"else is not for a box that does not know",
       R"([{"v": ""}, {"v": "-"}, {"v": " Unknown"}, {"v": "n/a"}, {"v": "undefined"}])",
       "{name: box_x, each: '*', value: v, map: {Up: 1, else: 0}, fold: count}", "box_x 0"},
      {"unless the map says what it means", R"({"v": "unknown"})",
       "{name: box_x, value: v, map: {unknown: 2, else: 0}}", "box_x 2"},
      {"else is not for what is missing", R"({})", "{name: box_x, value: v, map: {Up: 1, else: 0}}",
       ""},
      {"what a map does not list is absent", R"({"v": 5})", "{name: box_x, value: v, map: {Up: 1}}",
       ""},
      {"match, then map", R"({"v": "state=Up;"})",
       "{name: box_x, value: v, match: 'state=(\\w+)', map: {Up: 1}}", "box_x 1"},
      {"map, then scale and offset", R"({"v": "hot"})",
       "{name: box_x, value: v, map: {hot: 400}, scale: 0.1, offset: -3}", "box_x 37"},
      {"kilobits", R"({"v": 28031})", "{name: box_x, value: v, scale: 125}", "box_x 3503875"},
      {"hundredths", R"({"v": -3698})", "{name: box_x, value: v, scale: 0.01}", "box_x -36.98"},
      {"a source's scale, then the rule's", R"({"snr_10": 75})",
       "{name: box_x, value: [{path: snr_10, scale: 0.1}, snr], scale: 2, offset: 1}", "box_x 16"},
      {"the other source has none", R"({"snr": 7})",
       "{name: box_x, value: [{path: snr_10, scale: 0.1}, snr], scale: 2, offset: 1}", "box_x 15"},
      {"constant", R"({})", "{name: box_x, value: =1}", "box_x 1"},
      {"constants go through the chain too", R"({})", "{name: box_x, value: =5, scale: 10}",
       "box_x 50"},
      {"a constant is the default of the rows without a value", R"([{"v": 7}, {"w": 1}])",
       "{name: box_x, each: '*', value: [v, =0], labels: {i: '~'}}",
       R"(box_x{i="0"} 7
          box_x{i="1"} 0)"},
      {"a source answers when its value is usable", R"({"a": "-", "b": 2})",
       "{name: box_x, value: [a, b]}", "box_x 2"},
      {"one source for all rows", R"([{"b": 1}, {"a": 2, "b": 3}])",
       "{name: box_x, each: '*', value: [a, b], labels: {i: '~'}}", R"(box_x{i="1"} 2)"},
  });
}

TEST_CASE("a value may be the sum of places, each with its own match and scale") {
  check({
      {"two halves of 64 bits, exact", R"({"high": "7", "low": "4294967295"})",
       "{name: box_x, value: {sum: [{path: high, scale: 4294967296}, low]}}", "box_x 34359738367"},
      {"hours and minutes", R"({"list": [{"id": "a", "d": "2:05"}, {"id": "b", "d": "0:01"}]})",
       R"({name: box_x, each: list/*, labels: {id: id}, scale: 60,
           value: {sum: [{path: d, match: '^(\d+):', scale: 60}, {path: d, match: ':(\d+)$'}]}})",
       R"(box_x{id="a"} 7500
          box_x{id="b"} 60)"},
      {"an addend that is missing is no sum", R"({"high": 7})",
       "{name: box_x, value: {sum: [high, low]}}", ""},
      {"an addend that is no number is no sum", R"({"high": 7, "low": "-"})",
       "{name: box_x, value: {sum: [high, low]}}", ""},
      {"an addend that is a list is no sum", R"({"high": 7, "low": [1]})",
       "{name: box_x, value: {sum: [high, low]}}", ""},
      {"a sum goes through absent and map", R"({"a": 1, "b": 2})",
       "[{name: box_x, value: {sum: [a, b]}, absent: 3}, {name: box_y, value: {sum: [a, b]}, map: "
       "{3: 1}}]",
       "box_y 1"},
      {"a sum is one source among others", R"({"a": 1, "c": 5})",
       "{name: box_x, value: [{sum: [a, b]}, c]}", "box_x 5"},
      {"sums are folded like any value", R"([{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 5}])",
       "{name: box_x, each: '*', fold: sum, value: {sum: [a, b]}}", "box_x 10"},
  });
}

TEST_CASE("required makes absence a problem, told once") {
  check({
      {"nothing there", R"({"other": 1})", "{name: box_x, value: v, required: true}",
       "! mapping: metric 'box_x': nothing at 'v'"},
      {"nothing at any", R"({})", "{name: box_x, value: [a/b, c], required: true}",
       "! mapping: metric 'box_x': nothing at 'a/b', 'c'"},
      {"not usable", R"({"v": "soon"})", "{name: box_x, value: v, required: true}",
       "! mapping: metric 'box_x': nothing usable at 'v': 'soon'"},
      {"a rule that does not fit costs only itself", R"({"v": 1})",
       "[{name: box_x, value: w, required: true}, {name: box_y, value: v}]",
       "box_y 1\n! mapping: metric 'box_x': nothing at 'w'"},
      {"once for all rows", R"([{"v": 1}, {}, {}])",
       "{name: box_x, each: '*', value: v, required: true, labels: {i: '~'}}",
       "box_x{i=\"0\"} 1\n! mapping: metric 'box_x': nothing at 'v'"},
      {"no rows are no absence", R"([])", "{name: box_x, each: '*', value: v, required: true}", ""},
      {"info", R"({})", "{name: box_x, type: info, required: true, labels: {a: x, b: y, c: =z}}",
       "! mapping: metric 'box_x': nothing at 'x', 'y'"},
      {"state set", R"({})", "{name: box_x, value: v, states: [a], required: true}",
       "! mapping: metric 'box_x': nothing at 'v'"},
      {"fold", R"([{}])", "{name: box_x, each: '*', value: v, fold: max, required: true}",
       "! mapping: metric 'box_x': nothing at 'v'"},
  });
}

TEST_CASE("rows come from lists, members, lone elements and split strings") {
  const std::string by_id = "{name: box_x, each: l/*, value: v, labels: {id: id}}";
  const std::string count = "{name: box_x, each: l/*, value: =1, fold: count}";
  check({
      {"list", R"({"l": [{"id": "a", "v": 1}, {"id": "b", "v": 2}]})", by_id,
       R"(box_x{id="a"} 1
          box_x{id="b"} 2)"},
      {"lone element", R"({"l": {"id": "a", "v": 1}})", by_id, R"(box_x{id="a"} 1)"},
      {"lone element counts as one", R"({"l": {"id": "a", "v": 1}})", count, "box_x 1"},
      {"lone element by its index", R"({"l": {"id": "a", "v": 1}})",
       "{name: box_x, each: l/*, value: v, labels: {i: '~'}}", R"(box_x{i="0"} 1)"},
      {"lone element under a lone element", R"({"id": 1, "l": {"p": {"id": 2, "v": 3}}})",
       "{name: box_x, each: l/*/p/*, value: v, labels: {a: ../../../../id, b: id}}",
       R"(box_x{a="1",b="2"} 3)"},
      {"absent list", R"({})", by_id, ""},
      {"null list", R"({"l": null})", by_id, ""},
      {"empty list as object", R"({"l": {}})", by_id, ""},
      {"empty list", R"({"l": []})", by_id, ""},
      {"empty text", R"({"l": ""})", count, "box_x 0"},
      {"members of an object, keys as labels",
       R"({"00:00:5E:00:53:01": {"rx": 1}, "00:00:5E:00:53:02": {"rx": 2}})",
       "{name: box_x, each: '*', value: rx, labels: {mac: '~'}}",
       R"(box_x{mac="00:00:5E:00:53:01"} 1
          box_x{mac="00:00:5E:00:53:02"} 2)"},
      {"scalars by their keys", R"({"temp": {"cpu": 40, "disk": 38}})",
       "{name: box_x, each: temp/*, value: '', labels: {sensor: '~'}}",
       R"(box_x{sensor="cpu"} 40
          box_x{sensor="disk"} 38)"},
      {"the key above", R"({"lan": {"ports": [{"v": 1}]}, "wan": {"ports": [{"v": 2}]}})",
       "{name: box_x, each: '*/ports/*', value: v, labels: {net: ../../~, port: '~'}}",
       R"(box_x{net="lan",port="0"} 1
          box_x{net="wan",port="0"} 2)"},
      {"a key as value", R"({"7": {}, "8": {"a": 1}})",
       "{name: box_x, each: '*', value: '~', labels: {k: '~'}}",
       R"(box_x{k="7"} 7
          box_x{k="8"} 8)"},
      {"scalars of a list", R"({"l": [5, 6]})",
       "{name: box_x, each: l/*, value: '', labels: {i: '~'}}",
       R"(box_x{i="0"} 5
          box_x{i="1"} 6)"},
      {"several lists", R"({"a": [{"v": 1}], "b": [{"v": 2}]})",
       "{name: box_x, each: [a/*, b/*, c/*], value: v, labels: {of: ../~}}",
       R"(box_x{of="a"} 1
          box_x{of="b"} 2)"},
      {"no star: the one place", R"({"a": {"b": {"v": 1}}})", "{name: box_x, each: a/b, value: v}",
       "box_x 1"},
      {"split string", R"({"id": 3, "c": "40, 41,,"})",
       "{name: box_x, each: {path: c, split: ','}, value: '', labels: {id: ../../id, i: '~'}}",
       R"(box_x{id="3",i="0"} 40
          box_x{id="3",i="1"} 41)"},
      {"split strings of several rows", R"([{"c": "1,2"}, {}, {"c": ""}, {"c": 3}])",
       "{name: box_x, each: {path: '*/c', split: ','}, value: '', fold: sum}", "box_x 6"},
      {"rules share rows, each with its own where", R"([{"a": 1, "b": 2}, {"a": 3, "b": 4}])",
       R"({each: "*", metrics: [{name: box_a, value: a, where: {b: 4}}, {name: box_b, value: b, labels: {a: a}}]})",
       R"(box_a 3
          box_b{a="1"} 2
          box_b{a="3"} 4)"},
      {"64 levels",
       std::string(R"({"a":)") + R"([{"a":[{"a":[{"a":[{"a":[{"a":[{"a":[{"a":[)" + "7" +
           "]}]}]}]}]}]}]}]}",
       "{name: box_x, each: a/*/a/*/a/*/a/*/a/*/a/*/a/*/a/*, value: ''}", "box_x 7"},
  });
}

TEST_CASE("labels come from the row, from elsewhere, or stay what was written") {
  check({
      {"constant", R"({"v": 1})", "{name: box_x, value: v, labels: {direction: =down}}",
       R"(box_x{direction="down"} 1)"},
      {"less some characters, before the match", R"({"ain": "08761 0000434-1", "v": 1})",
       R"({name: box_x, value: v, labels: {id: {path: ain, remove: " "}, unit: {path: ain, remove: " 0", match: '^(\d+)-'}}})",
       R"(box_x{id="087610000434-1",unit="8761434"} 1)"},
      {"in lower case, before the match", R"({"mac": "00:00:5E:00:53:0A", "v": 1})",
       R"({name: box_x, value: v, labels: {mac: {path: mac, lower: true, match: '(5e.*)'}}})",
       R"(box_x{mac="5e:00:53:0a"} 1)"},
      {"constant that looks like a path", R"({"v": 1})",
       "{name: box_x, value: v, labels: {a: =../x}}", R"(box_x{a="../x"} 1)"},
      {"from another part", R"({"info": {"NewSerial": "S1"}, "stat": {"v": 2}})",
       "{parts: [info, stat], metrics: [{name: box_x, value: stat/v, labels: {a: info/NewSerial, "
       "b: $info/NewSerial}}]}",
       R"(box_x{a="S1",b="S1"} 2)"},
      {"from another part, deep in a list", R"({"info": {"band": "5g"}, "list": [{"v": 2}]})",
       "{parts: [info, list], metrics: [{name: box_x, each: $list/*, value: v, labels: {band: "
       "$info/band}}]}",
       R"(box_x{band="5g"} 2)"},
      {"numbers and booleans", R"({"a": 1.50, "b": true, "c": -3, "d": 18446744073709551615})",
       "{name: box_x, value: =1, labels: {a: a, b: b, c: c, d: d}}",
       R"(box_x{a="1.5",b="true",c="-3",d="18446744073709551615"} 1)"},
      {"absent and empty ones are left out", R"({"a": "", "b": null, "d": {}, "e": []})",
       "{name: box_x, value: =1, labels: {a: a, b: b, c: c, d: d, e: e}}", "box_x 1"},
      {"match and map", R"({"v": "radio 5 GHz"})",
       R"({name: box_x, value: =1, labels: {band: {path: v, match: '(\d) GHz', map: {5: 5GHz}}, none: {path: v, match: '(x)'}}})",
       R"(box_x{band="5GHz"} 1)"},
      {"map with else", R"(["a", "z"])",
       "{name: box_x, each: '*', value: =1, labels: {i: '~', m: {path: '', map: {a: first, else: "
       "other}}}}",
       R"(box_x{i="0",m="first"} 1
          box_x{i="1",m="other"} 1)"},
      {"what a map does not list is left out", R"({"v": 7})",
       "{name: box_x, value: v, labels: {m: {path: v, map: {5: five}}}}", "box_x 7"},
      {"a boolean through a map", R"({"v": true})",
       "{name: box_x, value: =1, labels: {m: {path: v, map: {0: 'false', 1: 'true'}}}}",
       R"(box_x{m="true"} 1)"},
      {"split: the first piece", R"({"v": "40,41"})",
       "{name: box_x, value: =1, labels: {c: {path: v, split: ','}}}", R"(box_x{c="40"} 1)"},
      {"an object drops its row",
       R"([{"n": {"a": 1}, "v": 1}, {"n": "x", "v": 2}, {"n": [1], "v": 3}])",
       "{name: box_x, each: '*', value: v, labels: {name: n}}",
       R"(box_x{name="x"} 2
          ! mapping: metric 'box_x': label 'name': 'n' is an object, not a text
          - label 2)"},
  });
}

TEST_CASE("an info row says something or is left out") {
  check({
      {"all", R"({"m": "Box 1", "f": "7.57"})",
       "{name: box_info, type: info, labels: {model: m, firmware: f}}",
       R"(box_info{model="Box 1",firmware="7.57"} 1)"},
      {"some", R"({"m": "Box 1"})", "{name: box_info, type: info, labels: {model: m, firmware: f}}",
       R"(box_info{model="Box 1"} 1)"},
      {"nothing", R"({"m": ""})", "{name: box_info, type: info, labels: {model: m, firmware: f}}",
       ""},
      {"a constant says nothing of the box", R"({})",
       "{name: box_info, type: info, labels: {model: m, kind: =x}}", ""},
      {"nothing but constants is meant", R"({})",
       "{name: box_info, type: info, labels: {kind: =x}}", R"(box_info{kind="x"} 1)"},
  });
}

TEST_CASE("where keeps rows: keys AND, lists OR, not, present") {
  const std::string rows =
      R"([{"i": "a", "s": "up", "n": 1}, {"i": "b", "s": "down", "n": 2, "x": ""},
          {"i": "c", "n": "3", "x": 0}, {"i": "d", "s": true, "n": 4, "x": [1]}])";
  const auto keeping = [](const std::string& where) {
    return "{name: box_x, each: '*', value: =1, labels: {i: i}, where: " + where + "}";
  };
  const auto lines = [](const std::string& ids) {
    std::string result;
    for (const char id : ids) result += std::string("box_x{i=\"") + id + "\"} 1\n";
    return result;
  };
  check({
      {"equal", rows, keeping("{s: up}"), lines("a")},
      {"list", rows, keeping("{n: [1, 3]}"), lines("ac")},
      {"and", rows, keeping("{s: [up, down], n: [2, 3]}"), lines("b")},
      {"true is 1", rows, keeping("{s: 1}"), lines("d")},
      {"1 is true", rows, keeping("{n: true}"), lines("a")},
      {"not", rows, keeping("{n: {not: [1, 4]}}"), lines("bc")},
      {"not keeps what is absent", rows, keeping("{s: {not: up}}"), lines("bcd")},
      {"present, also 0 and lists", rows, keeping("{x: {present: true}}"), lines("cd")},
      {"not present", rows, keeping("{x: {present: false}}"), lines("ab")},
      {"present and not", rows, keeping("{s: {present: true, not: down}}"), lines("ad")},
      {"empty text", rows, keeping("{x: ''}"), lines("b")},
      {"nothing equals a list", rows, keeping("{x: '[1]'}"), ""},
      {"any element by a star", rows, keeping("{x/*: 1}"), lines("d")},
      {"the key", rows, keeping("{'~': [1, 2]}"), lines("bc")},
      {"above", rows, keeping("{../0/s: up, i: b}"), lines("b")},
      {"the iteration",
       R"([{"ap": {"on": true}, "reply": [{"i": "a"}]}, {"ap": {"on": false}, "reply": [{"i": "b"}]}])",
       "{for_each: ap, each: reply/*, where: {$ap/on: true}, metrics: [{name: box_x, value: =1, "
       "labels: {i: i}, where: {i: {present: true}}}]}",
       lines("a")},
  });
}

TEST_CASE("where compares with another place, and with the time") {
  const std::string survey =
      R"([{"ap": {"id": 0, "channel": 6}, "reply": [{"channel": 1, "busy": 20}, {"channel": "6", "busy": 31}]},
          {"ap": {"id": 1}, "reply": [{"channel": 36, "busy": 40}, {"busy": 50}]}])";
  const std::string calls =
      R"([{"at": 1784031000, "of": "a"}, {"at": "1784030001", "of": "b"}, {"at": 1784030000, "of": "c"},
          {"at": 1784039999, "of": "d"}, {"at": 0, "of": "e"}, {"at": "today", "of": "f"}, {"of": "g"}])";
  check({
      {"the own channel, whatever the type; where it is not known there is none", survey,
       "{for_each: ap, each: reply/*, metrics: [{name: box_x, value: busy, labels: {radio: "
       "$ap/id}, where: {channel: {same_as: $ap/channel}}}]}",
       R"(box_x{radio="0"} 31)"},
      {"a member beside it", R"([{"a": true, "b": 1}, {"a": 2, "b": 3}, {"a": [], "b": []}])",
       "{name: box_x, each: '*', value: b, where: {a: {same_as: b}}}", "box_x 1"},
      {"later than so many seconds ago, the future included", calls,
       "{name: box_x, each: '*', value: =1, labels: {of: of}, where: {at: {within: 1000}}}",
       R"(box_x{of="a"} 1
          box_x{of="b"} 1
          box_x{of="d"} 1)"},
      {"with another condition", calls,
       "{name: box_x, each: '*', fold: count, where: {at: {within: 1000, not: 1784031000}}}",
       "box_x 2"},
  });
}

TEST_CASE("a fold makes one point of rows with equal labels") {
  const std::string rows =
      R"([{"k": "a", "v": 3}, {"k": "b", "v": "-"}, {"k": "a", "v": -5}, {"k": "a"}, {"k": "b", "v": 4}])";
  const auto folded = [](const std::string& how) {
    return "{name: box_x, each: '*', value: v, labels: {k: k}, fold: " + how + "}";
  };
  const std::string by_map =
      "{name: box_x, each: '*', labels: {n: {path: g, map: {0: lan, 1: guest}}, m: {path: t, map: "
      "{w: wifi, else: other}}}, fold: count}";
  check({
      {"count counts values", rows, folded("count"), "box_x{k=\"a\"} 2\nbox_x{k=\"b\"} 1"},
      {"sum", rows, folded("sum"), "box_x{k=\"a\"} -2\nbox_x{k=\"b\"} 4"},
      {"min", rows, folded("min"), "box_x{k=\"a\"} -5\nbox_x{k=\"b\"} 4"},
      {"max", rows, folded("max"), "box_x{k=\"a\"} 3\nbox_x{k=\"b\"} 4"},
      {"mean of the rows that have a value", rows, folded("mean"),
       "box_x{k=\"a\"} -1\nbox_x{k=\"b\"} 4"},
      {"a mean is no integer", R"([{"v": 1}, {"v": 2}])",
       "{name: box_x, each: '*', value: v, fold: mean}", "box_x 1.5"},
      {"the mean of equal values is that value", R"([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])",
       "{name: box_x, each: '*', value: '', scale: 0.01, fold: mean}", "box_x 0.01"},
      {"no rows have no mean", R"([])", "{name: box_x, each: '*', value: v, fold: mean}", ""},
      {"count without a value counts rows", rows,
       "{name: box_x, each: '*', where: {k: a}, fold: count}", "box_x 3"},
      {"an absent member is no zero", R"([{"v": 5}, {}])",
       "{name: box_x, each: '*', value: v, fold: min}", "box_x 5"},
      {"of rows that say nothing there is no sum", R"([{}, {"v": ""}])",
       "{name: box_x, each: '*', value: v, fold: sum}", ""},
      {"nor a smallest", R"([{}, {}])", "{name: box_x, each: '*', value: v, fold: min}", ""},
      {"but a count", R"([{}, {}])", "{name: box_x, each: '*', value: v, fold: count}", "box_x 0"},
      {"no rows sum up to 0", R"([])", "{name: box_x, each: '*', value: v, fold: sum}", "box_x 0"},
      {"no rows have no largest", R"([])", "{name: box_x, each: '*', value: v, fold: max}", ""},
      {"a row without the mapped label stands beside", R"([{"g": 1}, {}])",
       "{name: box_x, each: '*', value: =1, fold: sum, labels: {n: {path: g, map: {0: lan, 1: "
       "guest}}}}",
       R"(box_x{n="lan"} 0
          box_x{n="guest"} 1
          box_x 1)"},
      {"all combinations of two maps",
       R"([{"g": 0, "t": "w"}, {"g": 1, "t": "x"}, {"g": 1, "t": "y"}])", by_map,
       R"(box_x{n="lan",m="wifi"} 1
          box_x{n="lan",m="other"} 0
          box_x{n="guest",m="wifi"} 0
          box_x{n="guest",m="other"} 2)"},
      {"without any row too", "[]", by_map,
       R"(box_x{n="lan",m="wifi"} 0
          box_x{n="lan",m="other"} 0
          box_x{n="guest",m="wifi"} 0
          box_x{n="guest",m="other"} 0)"},
      {"for each of the other labels that occur", R"([{"k": "a", "g": 0}, {"k": "b", "g": 1}])",
       "{name: box_x, each: '*', value: =1, fold: sum, labels: {k: k, n: {path: g, map: {0: lan, "
       "1: guest}}}}",
       R"(box_x{k="a",n="lan"} 1
          box_x{k="a",n="guest"} 0
          box_x{k="b",n="lan"} 0
          box_x{k="b",n="guest"} 1)"},
      {"nothing is made up for min", R"([{"g": 0, "v": 2}])",
       "{name: box_x, each: '*', value: v, fold: min, labels: {n: {path: g, map: {0: lan, 1: "
       "guest}}}}",
       R"(box_x{n="lan"} 2)"},
      {"over iterations, also one without rows",
       R"([{"ap": {"id": 0}, "reply": [{"v": 1}, {"v": 2}]}, {"ap": {"id": 1}, "reply": []}, {"ap": {"id": 2}}])",
       "{for_each: ap, each: reply/*, metrics: [{name: box_x, fold: count, labels: {radio: "
       "$ap/id}}]}",
       R"(box_x{radio="0"} 2
          box_x{radio="1"} 0)"},
      {"nothing is made up of a part that did not answer", R"({"info": {}})",
       "{parts: [info, list], metrics: [{name: box_x, each: list/*, fold: count}]}", ""},
      {"a part that answered with nothing", R"({"info": {}, "list": null})",
       "{parts: [info, list], metrics: [{name: box_x, each: list/*, fold: count}]}", "box_x 0"},
      {"all values of a star", R"({"l": [{"v": 1}, {"v": 2}, {}]})",
       "{name: box_x, value: l/*/v, fold: sum}", "box_x 3"},
      {"all pieces of a split string", R"({"c": "5,x,7"})",
       "[{name: box_x, value: {path: c, split: ','}, fold: max}, {name: box_y, value: {path: c, "
       "split: ','}}]",
       "box_x 7\nbox_y 5"},
      {"exact to 64 bits", R"([{"v": 18446744073709551614}, {"v": 1}])",
       "{name: box_x, type: counter, each: '*', value: v, fold: sum}",
       "box_x 18446744073709551615"},
  });
}

TEST_CASE("a state set shows every state, whatever the box says") {
  const std::string mode =
      "{name: box_x, each: '*', value: t, labels: {id: id}, states: {off: 253, on: 254, heating: "
      "else}}";
  const std::string listed = "{name: box_x, value: s, states: [up, going_up, down]}";
  check({
      {"mapping", R"([{"id": "a", "t": 253}, {"id": "b", "t": "42"}])", mode,
       R"(box_x{id="a",state="off"} 1
          box_x{id="a",state="on"} 0
          box_x{id="a",state="heating"} 0
          box_x{id="b",state="off"} 0
          box_x{id="b",state="on"} 0
          box_x{id="b",state="heating"} 1)"},
      {"absent gives no points", R"([{"id": "a"}, {"id": "b", "t": null}, {"id": "c", "t": ""}])",
       mode, ""},
      {"identity", R"({"s": "going_up"})", listed,
       R"(box_x{state="up"} 0
          box_x{state="going_up"} 1
          box_x{state="down"} 0)"},
      {"nobody listed it", R"({"s": "sideways"})", listed,
       R"(box_x{state="up"} 0
          box_x{state="going_up"} 0
          box_x{state="down"} 0
          - state 1)"},
      {"sentinel, match and map go first", R"({"s": "State: Connected!"})",
       "{name: box_x, value: s, absent: [n/a], match: 'State: (\\w+)', map: {Connected: up, else: "
       "down}, states: [up, down]}",
       R"(box_x{state="up"} 1
          box_x{state="down"} 0)"},
      {"sentinel", R"({"s": "n/a"})", "{name: box_x, value: s, absent: [n/a], states: [up]}", ""},
      {"several texts, booleans", R"({"s": true})",
       "{name: box_x, value: s, states: {ok: [1, good], bad: [0, poor]}}",
       R"(box_x{state="ok"} 1
          box_x{state="bad"} 0)"},
      {"from the second source", R"({"access": "dsl"})",
       "{name: box_x, value: [NewX, access], states: [dsl, cable]}",
       R"(box_x{state="dsl"} 1
          box_x{state="cable"} 0)"},
      {"an object is no state", R"({"s": {"a": 1}})", listed,
       "! mapping: metric 'box_x': 's' is an object, not a value"},
  });
}

TEST_CASE("of equal points the first stays and the others are counted") {
  check({
      {"in one rule", R"([{"k": "a", "v": 1}, {"k": "a", "v": 2}, {"k": "b", "v": 3}])",
       "{name: box_x, each: '*', value: v, labels: {k: k}}",
       R"(box_x{k="a"} 1
          box_x{k="b"} 3
          ! mapping: metric 'box_x': several rows have the same 'k'; the first is shown
          - duplicate 1)"},
      {"in two rules of one metric", R"({"d": 1, "u": 2})",
       "[{name: box_x, value: d, labels: {direction: =down}}, {name: box_x, value: u, labels: "
       "{direction: =up}}, {name: box_x, value: u, labels: {direction: =down}}]",
       R"(box_x{direction="down"} 1
          box_x{direction="up"} 2
          - duplicate 1)"},
      {"the order of labels does not matter", R"({"v": 1})",
       "[{name: box_x, value: v, labels: {a: =1, b: =2}}, {name: box_x, value: v, labels: {b: =2, "
       "a: =1}}]",
       R"(box_x{a="1",b="2"} 1
          - duplicate 1)"},
      {"an empty label is none", R"([{"k": ""}, {}])",
       "{name: box_x, each: '*', value: =1, labels: {k: k}}",
       "box_x 1\n! mapping: metric 'box_x': several rows have the same 'k'; the first is shown\n"
       "- duplicate 1"},
      {"labels do not run together", R"([{"a": "x", "b": "yz"}, {"a": "xy", "b": "z"}])",
       "{name: box_x, each: '*', value: =1, labels: {a: a, b: b}}",
       R"(box_x{a="x",b="yz"} 1
          box_x{a="xy",b="z"} 1)"},
      {"state sets whole", R"(["up", "down"])",
       "{name: box_x, each: '*', value: '', states: [up, down]}",
       R"(box_x{state="up"} 1
          box_x{state="down"} 0
          ! mapping: metric 'box_x': several rows of the reply fit; the first is shown
          - duplicate 2)"},
  });
}

TEST_CASE("an info has one row per key: the first that is preferred, else the first") {
  const std::string hosts =
      R"([{"m": "a", "n": "x", "up": 0}, {"m": "a", "n": "y", "up": 1}, {"m": "b", "n": "z"}])";
  check({
      {"without a preference the others are counted", hosts,
       "{name: box_x_info, type: info, each: '*', key: m, labels: {m: m, n: n}}",
       R"(box_x_info{m="a",n="x"} 1
          box_x_info{m="b",n="z"} 1
          - duplicate 1)"},
      {"with one they give way", hosts,
       "{name: box_x_info, type: info, each: '*', key: m, prefer: {up: 1}, labels: {m: m, n: n}}",
       R"(box_x_info{m="a",n="y"} 1
          box_x_info{m="b",n="z"} 1)"},
      {"of two rules the first wins, and a constant may be part of the key", hosts,
       "[{name: box_x_info, type: info, each: '*', key: [f, m], where: {m: b}, labels: {f: =v4, m: "
       "m}},"
       " {name: box_x_info, type: info, each: '*', key: [f, m], prefer: {up: 1}, labels: {f: =v4, "
       "m: m, "
       "n: n}}, {name: box_x_info, type: info, each: '*', key: [f, m], where: {m: b}, labels: {f: "
       "=v6, "
       "m: m}}]",
       R"(box_x_info{f="v4",m="b"} 1
          box_x_info{f="v4",m="a",n="y"} 1
          box_x_info{f="v6",m="b"} 1)"},
  });
}

TEST_CASE("a row without what names it is left out and counted") {
  check({
      {"empty, or not there", R"([{"k": ""}, {"k": null}, {}, {"k": "a"}])",
       "{name: box_x, each: '*', value: =1, key: k, labels: {k: k}}", "box_x{k=\"a\"} 1\n- key 3"},
      {"folded too", R"([{"v": 1}, {"k": "a", "v": 2}, {"k": "a", "v": 3}])",
       "{name: box_x, each: '*', value: v, fold: sum, key: k, labels: {k: k}}",
       "box_x{k=\"a\"} 5\n- key 1"},
      {"but a label may say what stands for nothing", R"([{}, {"k": "a"}])",
       "{name: box_x, each: '*', value: =1, key: k, labels: {k: {path: k, default: none}}}",
       R"(box_x{k="none"} 1
          box_x{k="a"} 1)"},
      {"a row without a value is no row", R"([{"v": "-"}])",
       "{name: box_x, each: '*', value: v, key: k, labels: {k: k}}", ""},
  });
}

TEST_CASE("a label is cut at 256 bytes, and a key of more is none: no two things become one") {
  const std::string name(300, 'n');
  const std::string accents = "\u00E9" + std::string(252, 'n') + "\u00E9" + std::string(9, 'n');
  check({
      {"a key", R"([{"k": ")" + name + R"(1"}, {"k": ")" + name + R"(2"}])",
       "{name: box_x, each: '*', value: =1, key: k, labels: {k: k}}", "- key 2"},
      {"another label", R"({"k": "a", "n": ")" + name + R"("})",
       "{name: box_x_info, type: info, key: k, labels: {k: k, n: n}}",
       R"(box_x_info{k="a",n=")" + name.substr(0, 253) + "...\"} 1"},
      {"at a whole character", R"({"k": "a", "n": ")" + accents + R"("})",
       "{name: box_x_info, type: info, key: k, labels: {k: k, n: n}}",
       "box_x_info{k=\"a\",n=\"\u00E9" + std::string(251, 'n') + "...\"} 1"},
  });

  Choices choices;
  const Extraction cut = extract(test::query("{name: box_x_info, type: info, labels: {n: n}}"),
                                 Reply{{"n", name}}, 100, choices, kNow);
  CHECK(cut.cut == 1);
}

TEST_CASE("a NUL in a label does not end the page") {
  CHECK(extracted("{\"n\": \"a\\u0000b\"}", "{name: box_x, value: =1, labels: {n: n}}") ==
        "box_x{n=\"a\uFFFDb\"} 1\n");
}

TEST_CASE("an entry is found by its title; the titles that are help where it is not") {
  const std::string list =
      R"([{"title": "Rate", "val": "1"}, {"title": ""}, {"title": "Capacity", "val": "2 kbit/s"}])";
  const auto rule = [](const std::string& title) {
    return "{name: box_x, each: '*', where: {title: " + title +
           "}, value: val, unit: kbit/s, required: true}";
  };
  check({
      {"wherever it stands", list, rule("[Kapazit\u00E4t, Capacity]"), "box_x 2"},
      {"not there", list, rule("[Kapazit\u00E4t, Capacidad]"),
       "! mapping: metric 'box_x': no row has 'title' 'Kapazit\u00E4t' or 'Capacidad' (there are: "
       "'Rate', 'Capacity')"},
      {"no list at all", "{}", rule("Capacity"), ""},
  });
}

TEST_CASE("the worst reply known costs little: an id of 60,000 bytes above 2,000 partitions") {
  Reply disk = {{"id", std::string(60'000, 'x')}, {"name", std::string(60'000, 'y')}};
  for (int i = 0; i < 2'000; ++i) disk["partitions"].push_back({{"id", i}, {"used", i}});
  const std::string rules =
      "[{name: box_used_bytes, each: '*/partitions/*', value: used, key: [disk, partition], "
      "labels: "
      "{disk: ../../id, partition: id}}, {name: box_partition_info, type: info, each: "
      "'*/partitions/*', key: partition, labels: {partition: id, disk_name: ../../name}}]";
  Choices choices;

  const Extraction made = extract(test::query(rules), Reply::array({disk}), 5'000, choices, kNow);

  CHECK(made.dropped == std::map<std::string, std::uint64_t>{{"key", 2'000}});
  CHECK(made.cut == 2'000);
  std::size_t bytes = 0;
  for (const Series& series : made.series)
    for (const Point& point : series.points)
      for (const auto& [name, value] : point.labels) bytes += value.size();
  CHECK(bytes < 600'000);
}

TEST_CASE("the labels of a query are bounded in bytes, the rows of a rule in number") {
  Reply rows = Reply::array();
  for (int i = 0; i < 60'000; ++i)
    rows.push_back({{"id", std::to_string(i)}, {"name", std::string(200, 'n')}});
  const std::string rules =
      "[{name: box_x_info, type: info, each: '*', key: id, labels: {id: id, name: name}}, {name: "
      "box_rows, each: '*', fold: count}]";

  Choices choices;
  const Extraction made = extract(test::query(rules), rows, 1'000'000, choices, kNow);

  REQUIRE(made.series.size() == 2);
  CHECK(made.series[0].points.size() < 22'000);
  CHECK(made.series[1].points[0].value == Number(std::uint64_t{50'000}));
  REQUIRE(made.problems.size() == 3);
  CHECK(made.problems[0].message ==
        "metric 'box_x_info': more than 50000 rows; the others are left out");
  CHECK(made.problems[1].message == "labels of more than 4194304 bytes; see metric 'box_x_info'");
}

TEST_CASE("once it is stopped nothing more is read") {
  int asked = 0;
  Choices choices;
  const Extraction made =
      extract(test::query("[{name: box_a, value: v}, {name: box_b, value: v}]"), Reply{{"v", 1}}, 9,
              choices, kNow, [&asked] { return ++asked > 1; });

  CHECK(test::text(made) == "box_a 1\n");
}

TEST_CASE("a stop ends the reading of a long list after a bounded number of rows") {
  Reply rows = Reply::array();
  for (int i = 0; i < 20'000; ++i) rows.push_back({{"id", i}, {"v", 1}, {"s", "a"}});
  const char* const rules[] = {
      R"({each: "*", labels: {id: id}, metrics: [{name: box_a, value: v}]})",
      R"({each: "*", labels: {id: id}, metrics: [{name: box_a, value: [none, v], where: {v: 1}}]})",
      R"({each: "*", labels: {id: id}, metrics: [{name: box_a_info, type: info}]})",
      R"({each: "*", labels: {id: id}, metrics: [{name: box_a, value: s, states: [a]}]})",
      R"({each: "*", metrics: [{name: box_a, value: v, fold: sum}]})"};

  for (const char* const rule : rules) {
    CAPTURE(rule);
    const Query query = test::query(rule);
    const auto read = [&](std::size_t most_questions) {
      std::size_t questions = 0;
      Choices choices;
      const Extraction made = extract(query, rows, 1'000'000, choices, kNow,
                                      [&] { return ++questions == most_questions; });
      return std::pair(made.series.empty() ? 0 : made.series[0].points.size(), questions);
    };
    const auto [all_points, all_questions] = read(0);

    CHECK(all_questions > 2 * rows.size() / kRowsBetweenStops);
    for (std::size_t most = 1; most <= all_questions; most += 50) {
      const auto [points, questions] = read(most);
      CHECK(questions == most);  // who said so is not asked again
      CHECK(points <= (all_points == 1 ? 0 : most * kRowsBetweenStops));
    }
  }
}

TEST_CASE("the limit bounds the query and never cuts a state set in half") {
  const std::string rows = R"([{"i": 1, "s": "a"}, {"i": 2, "s": "b"}, {"i": 3, "s": "a"}])";
  const std::string rules =
      R"({each: "*", labels: {i: i}, metrics: [{name: box_s, value: s, states: [a, b]}, {name: box_i, value: i}]})";

  CHECK(extracted(rows, rules, 5) == aligned(R"(box_s{i="1",state="a"} 1
                                                box_s{i="1",state="b"} 0
                                                box_s{i="2",state="a"} 0
                                                box_s{i="2",state="b"} 1
                                                box_i{i="1"} 1
                                                ! too_large: more than 5 series (poll.series_limit); see metric 'box_s'
                                                - limit 4)"));
  CHECK(extracted(rows, rules, 0) ==
        "! too_large: more than 0 series (poll.series_limit); see metric 'box_s'\n- limit 9\n");
}

TEST_CASE("a chosen source stays chosen until the caller forgets it") {
  const Query query = test::query(R"([{name: box_x, type: counter, value: [wide, narrow]},
                                      {name: box_y, value: [y, =0]}])");
  Choices choices;
  const auto poll = [&](const char* reply) {
    return test::text(extract(query, Reply::parse(reply), 100, choices, kNow));
  };

  CHECK(poll(R"({})") == "box_y 0\n");
  CHECK(choices == Choices{-1, -1});
  CHECK(poll(R"({"wide": "", "narrow": 5})") == "box_x 5\nbox_y 0\n");
  CHECK(choices == Choices{1, -1});
  CHECK(poll(R"({"wide": 9000000000, "narrow": 6, "y": 3})") == "box_x 6\nbox_y 3\n");
  CHECK(choices == Choices{1, 0});
  // One empty answer: absent once, never the other source's value.
  CHECK(poll(R"({"wide": 9000000001, "narrow": ""})") == "box_y 0\n");
  CHECK(poll(R"({"wide": 9000000002, "narrow": 7})") == "box_x 7\nbox_y 0\n");

  choices.clear();
  CHECK(poll(R"({"wide": 9000000003, "narrow": 8})") == "box_x 9000000003\nbox_y 0\n");
  CHECK(choices == Choices{0, -1});
}

TEST_CASE("choices of another configuration are not believed") {
  Choices choices{7, -5, 0, 0};

  const auto result =
      extract(test::query("[{name: box_x, value: a}, {name: box_y, value: [a, b]}]"),
              Reply::parse(R"({"b": 1})"), 100, choices, kNow);

  CHECK(test::text(result) == "box_y 1\n");
  CHECK(choices == Choices{-1, 1});
}

TEST_CASE("device texts in labels become valid UTF-8") {
  Reply reply = Reply::array();
  reply.push_back({{"name",
                    "K\xFC"
                    "che"},
                   {"v", 1}});
  Choices choices;

  const auto result =
      extract(test::query("{name: box_x, each: '*', value: v, labels: {name: name}}"), reply, 10,
              choices, kNow);

  CHECK(test::text(result) ==
        "box_x{name=\"K\xEF\xBF\xBD"
        "che\"} 1\n");
}

TEST_CASE("10,000 rows are read, folded and told apart") {
  Reply reply = Reply::array();
  for (int i = 0; i < 10'000; ++i)
    reply.push_back({{"id", i}, {"guest", i % 10 == 0}, {"name", std::string(20, 'x')}});
  Choices choices;

  const auto result = extract(test::query(R"({each: "*", metrics: [
      {name: box_i, value: id, labels: {id: id, name: name}},
      {name: box_n, value: =1, fold: sum, labels: {net: {path: guest, map: {0: lan, 1: guest}}}}]})"),
                              reply, 10'001, choices, kNow);

  REQUIRE(result.series.size() == 2);
  CHECK(result.series[0].points.size() == 10'000);
  CHECK(result.series[1].points.size() == 1);
  CHECK(result.series[1].points[0].value == Number(std::uint64_t{9'000}));
  CHECK(result.dropped == std::map<std::string, std::uint64_t>{{"limit", 1}});
}

}  // namespace boxmeter::extract_test
