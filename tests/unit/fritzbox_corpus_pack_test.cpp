#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "config/config.h"
#include "device/fritzbox/calls/call_tally.h"
#include "device/fritzbox/tr064/documents.h"
#include "device/fritzbox/web/aha.h"
#include "metric/extract.h"
#include "places.h"

namespace boxmeter::fritzbox_corpus_pack_test {

namespace fs = std::filesystem;

// What the opt-in packs read out of documents of real boxes.
namespace {

using Lines = std::vector<std::string>;

/// A query of a shipped pack.
QueryPtr shipped(const std::string& name) {
  const fs::path file =
      fs::temp_directory_path() / ("boxmeter-corpus-" + std::to_string(::getpid()) + ".yml");
  write_file(file,
             "devices: [{name: home, kind: fritzbox, username: monitor, password: secret, "
             "queries: [" +
                 name + "]}]\n");
  const Config config = load_config(file, shipped_kinds());
  fs::remove(file);
  return config.jobs.at(0).queries.at(0);
}

/// "metric{label=value,...} 1" of every sample whose metric begins like this; then what went wrong.
Lines lines(const std::string& query, const Reply& reply, const std::string& start = "") {
  Choices choices;
  const QueryPtr shipped_query = shipped(query);
  const Extraction extraction = extract(*shipped_query, reply, 2000, choices, WallClock::now());
  Lines found;
  for (const Series& series : extraction.series)
    for (const Point& point : series.points) {
      if (!series.family->name.starts_with(start)) continue;
      std::string labels;
      for (const auto& [name, value] : point.labels)
        labels.append(labels.empty() ? "{" : ",").append(name).append("=").append(value);
      found.push_back(series.family->name + labels + (labels.empty() ? " " : "} ") +
                      point.value.text());
    }
  for (const Failure& problem : extraction.problems) found.push_back("! " + problem.message);
  for (const auto& [reason, count] : extraction.dropped)
    found.push_back("- " + reason + " " + std::to_string(count));
  return found;
}

fs::path box() { return corpus() / "fritzbox/7590-154.07.57"; }

Reply smarthome(const std::string& name) {
  return fritzbox::parse_aha(read_file(box() / "aha" / (name + ".xml")));
}

Reply list(const std::string& name) {
  return fritzbox::parse_document(read_file(box() / "lists" / name));
}

}  // namespace

TEST_CASE("calls are counted by direction and by what became of them") {
  fritzbox::CallTally tally;
  tally.take(
      "17.11.26 10:15:30;RING;0;000005;000001;SIP0;\n17.11.26 10:15:38;CONNECT;0;10;000005;\n"
      "17.11.26 10:16:01;DISCONNECT;0;23;\n17.11.26 10:17:00;RING;1;000005;000001;SIP0;\n");

  CHECK(lines("fritzbox_call_monitor", tally.reply()) ==
        Lines{"fritzbox_call_monitor_ringing 1", "fritzbox_call_monitor_active 0",
              "fritzbox_call_monitor_calls_total{direction=incoming,outcome=answered} 1",
              "fritzbox_call_monitor_calls_total{direction=outgoing,outcome=answered} 0",
              "fritzbox_call_monitor_calls_total{direction=incoming,outcome=unanswered} 0",
              "fritzbox_call_monitor_calls_total{direction=outgoing,outcome=unanswered} 0",
              "fritzbox_call_monitor_talk_seconds_total{direction=incoming} 23",
              "fritzbox_call_monitor_talk_seconds_total{direction=outgoing} 0"});
}

TEST_CASE("the mesh of a real 7590 has one link per radio between its two nodes") {
  if (!has_corpus()) return;
  const Reply mesh = list("meshlist.json");
  const std::string two_ghz = "{node=n-1,peer=n-110,interface=AP:2G:0";
  const std::string five_ghz = "{node=n-1,peer=n-110,interface=AP:5G:0";

  CHECK(lines("fritzbox_mesh", mesh, "box_mesh_link") ==
        Lines{"box_mesh_link_up" + two_ghz + "} 1", "box_mesh_link_up" + five_ghz + "} 1",
              "box_mesh_link_rate_bytes_per_second" + two_ghz + ",direction=down} 27000000",
              "box_mesh_link_rate_bytes_per_second" + five_ghz + ",direction=down} 121875000",
              "box_mesh_link_rate_bytes_per_second" + two_ghz + ",direction=up} 27000000",
              "box_mesh_link_rate_bytes_per_second" + five_ghz + ",direction=up} 162500000",
              "box_mesh_link_max_rate_bytes_per_second" + two_ghz + ",direction=down} 27000000",
              "box_mesh_link_max_rate_bytes_per_second" + five_ghz + ",direction=down} 162500000",
              "box_mesh_link_max_rate_bytes_per_second" + two_ghz + ",direction=up} 27000000",
              "box_mesh_link_max_rate_bytes_per_second" + five_ghz + ",direction=up} 162500000"});
  CHECK(lines("fritzbox_mesh", mesh, "fritzbox_mesh_node") ==
        Lines{"fritzbox_mesh_node_info{node=n-1,name=device#1,role=master} 1",
              "fritzbox_mesh_node_info{node=n-110,name=device#17,role=slave} 1"});
}

TEST_CASE("the hosts of a real 7590 are told by their MACs") {
  if (!has_corpus()) return;
  const Lines found = lines("fritzbox_hosts", list("devicehostlist.xml"));

  for (const char* line :
       {"box_host_active{mac=F8:4D:89:7C:0A:32} 1", "box_host_active{mac=B8:27:EB:D1:DC:06} 1",
        "box_host_info{mac=F8:4D:89:7C:0A:32,name=MacBook,address=192.168.178.54,network=lan,"
        "medium=wifi} 1",
        "box_host_info{mac=B8:27:EB:D1:DC:06,name=raspberrypi,address=192.168.178.49,network=lan,"
        "medium=ethernet,port=1} 1",
        "fritzbox_host_speed_bytes_per_second{mac=F8:4D:89:7C:0A:32} 108250000",
        "fritzbox_host_speed_bytes_per_second{mac=B8:27:EB:D1:DC:06} 125000000",
        "fritzbox_host_internet_allowed{mac=F8:4D:89:7C:0A:32} 1"})
    CHECK_MESSAGE(std::ranges::find(found, line) != found.end(), line);
  CHECK(std::ranges::count_if(found, [](const std::string& line) {
          return line.starts_with("box_host_active");
        }) == 4);
}

TEST_CASE("smart home devices of real boxes are read in base units") {
  if (!has_corpus()) return;
  const Reply list = smarthome("base-device_list");

  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_temperature") ==
        Lines{"box_smarthome_temperature_celsius{id=087610000434} 28.5",
              "box_smarthome_temperature_celsius{id=087611048079} 28.8",
              "box_smarthome_temperature_celsius{id=119590171328} 20.5"});
  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_energy") ==
        Lines{"box_smarthome_energy_joules_total{id=087610000434} 2545200"});
  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_power") ==
        Lines{"box_smarthome_power_watts{id=087610000434} 0"});
  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_open") ==
        Lines{"box_smarthome_open{id=053330077045-1} 1"});
  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_alarm") == Lines{});
  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_thermostat_target") ==
        Lines{"box_smarthome_thermostat_target_celsius{id=119590171328} 18"});
  CHECK(lines("fritzbox_smarthome", list, "box_smarthome_switch_on") ==
        Lines{"box_smarthome_switch_on{id=087610000434} 1",
              "box_smarthome_switch_on{id=65:3A:18-900} 1"});
  CHECK(lines("fritzbox_smarthome", smarthome("base-device_with_umlaut_in_name"),
              "box_smarthome_device_present")
            .size() == 1);
}

TEST_CASE("a real thermostat that is off has no target, and says so by its mode") {
  if (!has_corpus()) return;
  const Reply off = smarthome("thermostat-device_hkr_state_off");

  CHECK(lines("fritzbox_smarthome", off, "box_smarthome_thermostat") ==
        Lines{"box_smarthome_thermostat_comfort_celsius{id=12345} 22.5",
              "box_smarthome_thermostat_reduced_celsius{id=12345} 16",
              "box_smarthome_thermostat_mode{id=12345,state=off} 1",
              "box_smarthome_thermostat_mode{id=12345,state=on} 0",
              "box_smarthome_thermostat_mode{id=12345,state=heating} 0"});
}

TEST_CASE(
    "a real thermostat that boosts, its group, buttons and a switch that only HAN-FUN knows") {
  if (!has_corpus()) return;

  CHECK(lines("fritzbox_smarthome", smarthome("thermostat-device_hkr_fritzos_7_57"),
              "box_smarthome_thermostat_boost") ==
        Lines{"box_smarthome_thermostat_boost{id=123456789012} 1"});
  CHECK(lines("fritzbox_smarthome", smarthome("groups-device_list_thermostat"),
              "box_smarthome_thermostat_target") ==
        Lines{"box_smarthome_thermostat_target_celsius{id=099950523646} 21.5",
              "box_smarthome_thermostat_target_celsius{id=099950517495} 21.5",
              "box_smarthome_thermostat_target_celsius{id=grp303E4F-3F7D9BE07} 21.5"});
  CHECK(lines("fritzbox_smarthome", smarthome("button-device_button_fritzdect440"),
              "fritzbox_smarthome_button")
            .front() ==
        "fritzbox_smarthome_button_last_pressed_timestamp_seconds{id=123450000001,"
        "button=123450000001-1} 1608557681");
  CHECK(lines("fritzbox_smarthome", smarthome("switch-device_list"), "box_smarthome_switch_on") ==
        Lines{"box_smarthome_switch_on{id=087610000434} 1",
              "box_smarthome_switch_on{id=113240716524-1} 1"});
}

TEST_CASE("an empty meter of a real socket is no power of 0") {
  if (!has_corpus()) return;

  CHECK(lines("fritzbox_smarthome", smarthome("powermeter-device_list_faulty"),
              "box_smarthome_power") == Lines{});
}

TEST_CASE("no real list of smart home devices, hosts or nodes is a problem for a rule") {
  if (!has_corpus()) return;
  const auto complaints = [](const Lines& found) {
    return std::ranges::count_if(
        found, [](const std::string& line) { return line[0] == '!' || line[0] == '-'; });
  };

  for (const auto& entry : fs::directory_iterator(box() / "aha"))
    if (!entry.path().filename().string().starts_with("login"))
      CHECK_MESSAGE(
          complaints(lines("fritzbox_smarthome", smarthome(entry.path().stem().string()))) == 0,
          entry.path());
  for (const char* query : {"fritzbox_mesh", "fritzbox_stations_mesh"})
    CHECK_MESSAGE(complaints(lines(query, list("meshlist.json"))) == 0, query);
  CHECK(complaints(lines("fritzbox_hosts", list("devicehostlist.xml"))) == 0);
}

}  // namespace boxmeter::fritzbox_corpus_pack_test
