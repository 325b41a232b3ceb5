#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "device/freebox/protocol.h"
#include "device/freebox/request.h"
#include "device/freebox/secrets.h"
#include "metric/extract.h"
#include "places.h"
#include "poll/requester.h"

namespace boxmeter::freebox_pack_test {

// The shipped packs of a Freebox, read out of recorded replies.
namespace fs = std::filesystem;

namespace {

/// When the handmade Ultra was asked.
const WallClock::time_point kRecorded{std::chrono::seconds(1'784'031'000)};

/// Answers from a recording what the box would have answered.
class Recorded : public Device {
 public:
  explicit Recorded(fs::path folder) : folder_(std::move(folder)) {}

  Reply call(const Request& request) override {
    if (request.verb == "session") return Reply::parse(R"([{"permission":"home","granted":true}])");
    const fs::path file = found(file_of(request));
    freebox::Envelope envelope =
        fs::exists(file)
            ? freebox::parse_envelope(200, read_file(file))
            : freebox::parse_envelope(404, R"({"success":false,"error_code":"invalid_request"})");
    if (!envelope.success) throw freebox::refusal(envelope, request.target);
    std::set<std::string> hidden;
    freebox::remove_secrets(envelope.result, false, hidden);
    return envelope.result;
  }
  Epoch epoch() const override { return {}; }
  std::uint64_t logins() const override { return 0; }
  std::uint64_t answers() const override { return 1; }

 private:
  /// Single replies of the corpus are called api_v2_wifi_ap_0_stations-get.json.
  fs::path found(const std::string& name) const {
    for (const char* const version : {"api_latest_", "api_v2_", "api_v4_"})
      for (const char* const end : {"-get.json", ".json"})
        if (const fs::path file = folder_ / (version + name + end); fs::exists(file)) return file;
    return folder_ / "get" / (name + ".json");
  }

  static std::string file_of(const Request& request) {
    if (request.verb == "rrd") return "rrd_" + request.args.at("db");
    std::string name = freebox::call_of(request, kRecorded).path;
    if (name.ends_with('/')) name.pop_back();
    std::replace(name.begin(), name.end(), '/', '_');
    // asked since a moment
    if (name.ends_with("_1784030940000")) name.erase(name.rfind('_'));
    return name;
  }

  fs::path folder_;
};

std::vector<QueryPtr> shipped_queries() {
  char folder[] = "/tmp/boxmeter-test-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  const fs::path file = fs::path(folder) / "boxmeter.yml";
  write_file(
      file,
      "state_dir: state\n"
      "devices:\n"
      "  - {name: free, kind: freebox, app_token: t, app_id: a,\n"
      "     queries: [freebox, freebox_addresses, freebox_dhcp, freebox_downloads,\n"
      "       freebox_freeplug, freebox_home, freebox_hosts, freebox_lan_ports, freebox_lte,\n"
      "       freebox_phone, freebox_players, freebox_pvr, freebox_rrd, freebox_services, "
      "freebox_stations,\n"
      "       freebox_storage, freebox_vm, freebox_vpn, freebox_wifi_survey]}\n");
  const Config config = load_config(file, shipped_kinds());
  fs::remove_all(folder);
  CHECK(config.warnings == std::vector<std::string>{});
  return config.jobs.at(0).queries;
}

/// What a recording gives: every series by its text, and what went wrong.
struct Outcome {
  std::map<std::string, std::string> series = {};  // box_x{label="value"} -> number
  std::vector<std::string> lacking = {};           // "query: unsupported"
  std::vector<std::string> failures = {};          // "query: text"
  std::vector<std::string> dropped = {};           // "query: reason"

  std::vector<std::string> of(std::string_view metric) const {
    std::vector<std::string> lines;
    for (const auto& [name, value] : series)
      if (name.substr(0, name.find('{')) == metric) lines.push_back(name + " " + value);
    return lines;
  }
};

std::string text_of(const Family& family, const Point& point) {
  std::string labels;
  for (const auto& [name, value] : point.labels)
    labels.append(labels.empty() ? "" : ",").append(name).append("=").append(value);
  return family.name + (labels.empty() ? "" : "{" + labels + "}");
}

Outcome played(const fs::path& folder) {
  Outcome outcome;
  Recorded device(folder);
  Requester requester(device);
  for (const QueryPtr& query : shipped_queries()) {
    try {
      const QueryReply asked = requester.ask(*query, Clock::time_point());
      Choices choices;
      const Extraction found = extract(*query, asked.reply, 2000, choices, kRecorded);
      for (const Series& series : found.series)
        for (const Point& point : series.points)
          CHECK(outcome.series.emplace(text_of(*series.family, point), point.value.text()).second);
      for (const Failure& problem : asked.problems)
        outcome.failures.push_back(query->name + ": " + problem.message);
      for (const Failure& problem : found.problems)
        outcome.failures.push_back(query->name + ": " + problem.message);
      for (const auto& [reason, count] : found.dropped)
        outcome.dropped.push_back(query->name + ": " + reason);
    } catch (const Error& error) {
      if (error.refusal() == Refusal::unsupported)
        outcome.lacking.push_back(query->name);
      else
        outcome.failures.push_back(query->name + ": " + error.what());
    }
  }
  return outcome;
}

}  // namespace

using Lines = std::vector<std::string>;

TEST_CASE("an Ultra on fibre is read whole, and what it lacks costs only itself") {
  const Outcome outcome = played(recordings() / "freebox-ultra-16.0-handmade");

  CHECK(joined(outcome.failures) ==
        "freebox_xdsl: service_down: not running at the moment ('Ce service n’est pas "
        "disponible')");
  CHECK(joined(outcome.lacking) ==
        "freebox_home_nodes, freebox_home_adapters, freebox_aggregation, freebox_voicemail, "
        "freebox_raids");
  CHECK(joined(outcome.dropped) == "");
  CHECK(outcome.of("box_info") ==
        Lines{"box_info{kind=freebox,model=Freebox v9 (r1),firmware=4.12.2,hardware=fbxgw9r} 1"});
  CHECK(outcome.of("box_temperature_celsius") ==
        Lines{"box_temperature_celsius{sensor=temp_cpu0} 60",
              "box_temperature_celsius{sensor=temp_cpu1} 61",
              "box_temperature_celsius{sensor=temp_cpu2} 62",
              "box_temperature_celsius{sensor=temp_cpu3} 60",
              "box_temperature_celsius{sensor=temp_t1} 57"});
  CHECK(outcome.of("box_wan_state") ==
        Lines{"box_wan_state{state=connecting} 0", "box_wan_state{state=disconnecting} 0",
              "box_wan_state{state=down} 0", "box_wan_state{state=up} 1"});
  CHECK(outcome.of("box_wan_receive_capacity_bytes_per_second") ==
        Lines{"box_wan_receive_capacity_bytes_per_second 1000000000"});
  CHECK(outcome.of("box_wan_ipv6_connected") == Lines{"box_wan_ipv6_connected 1"});
  CHECK(outcome.of("box_wan_address_info") ==
        Lines{"box_wan_address_info{family=ipv4,address=203.0.113.9} 1",
              "box_wan_address_info{family=ipv6,address=2001:db8:e1::1} 1"});
  CHECK(outcome.of("box_fiber_power_dbm") == Lines{"box_fiber_power_dbm{direction=down} -18.38",
                                                   "box_fiber_power_dbm{direction=up} 6.42"});
  CHECK(outcome.of("box_fiber_info") ==
        Lines{"box_fiber_info{vendor=Example,model=EXAMPLE-PON-8G,mode=pon} 1"});
  CHECK(outcome.of("box_fiber_identity_info") ==
        Lines{"box_fiber_identity_info{serial=EXAMPLE000000002} 1"});
  CHECK(outcome.of("box_lan_port_up") ==
        Lines{"box_lan_port_up{port=1} 1", "box_lan_port_up{port=2} 1", "box_lan_port_up{port=3} 1",
              "box_lan_port_up{port=4} 0", "box_lan_port_up{port=9999} 0"});
  CHECK(outcome.of("box_lan_port_speed_bytes_per_second") ==
        Lines{"box_lan_port_speed_bytes_per_second{port=1} 125000000",
              "box_lan_port_speed_bytes_per_second{port=2} 312500000",
              "box_lan_port_speed_bytes_per_second{port=3} 12500000"});
  CHECK(outcome.of("box_lan_transmit_bytes_total") ==
        Lines{"box_lan_transmit_bytes_total{port=1} 91340087122",
              "box_lan_transmit_bytes_total{port=2} 182680174244",
              "box_lan_transmit_bytes_total{port=3} 274020261366",
              "box_lan_transmit_bytes_total{port=4} 0"});
  CHECK(outcome.of("box_wlan_up") == Lines{"box_wlan_up{radio=0} 1", "box_wlan_up{radio=10} 0",
                                           "box_wlan_up{radio=11} 1", "box_wlan_up{radio=1} 1"});
  CHECK(outcome.of("box_wlan_info") == Lines{"box_wlan_info{radio=0,band=2.4GHz,standard=ax} 1",
                                             "box_wlan_info{radio=1,band=5GHz,standard=ax} 1",
                                             "box_wlan_info{radio=10,band=5GHz,standard=ax} 1",
                                             "box_wlan_info{radio=11,band=6GHz,standard=be} 1"});
  CHECK(outcome.of("box_wlan_channel") == Lines{"box_wlan_channel{radio=0} 6",
                                                "box_wlan_channel{radio=11} 37",
                                                "box_wlan_channel{radio=1} 36"});
  CHECK(outcome.of("box_wlan_channel_width_hertz").at(2) ==
        "box_wlan_channel_width_hertz{radio=11} 320000000");
  CHECK(outcome.of("box_wlan_stations") ==
        Lines{"box_wlan_stations{radio=0} 1", "box_wlan_stations{radio=10} 0",
              "box_wlan_stations{radio=11} 1", "box_wlan_stations{radio=1} 2"});
  CHECK(outcome.of("box_wlan_radio_detected") ==
        Lines{"box_wlan_radio_detected{radio=0} 1", "box_wlan_radio_detected{radio=10} 1",
              "box_wlan_radio_detected{radio=11} 1", "box_wlan_radio_detected{radio=1} 1"});
  CHECK(outcome.of("box_hosts") == Lines{"box_hosts{network=guest} 1", "box_hosts{network=lan} 9"});
  CHECK(outcome.of("box_hosts_active") == Lines{"box_hosts_active{network=guest,medium=ethernet} 0",
                                                "box_hosts_active{network=guest,medium=other} 0",
                                                "box_hosts_active{network=guest,medium=wifi} 0",
                                                "box_hosts_active{network=lan,medium=ethernet} 3",
                                                "box_hosts_active{network=lan,medium=other} 0",
                                                "box_hosts_active{network=lan,medium=wifi} 4"});
  CHECK(outcome.of("box_firmware_update_available") == Lines{"box_firmware_update_available 0"});
}

TEST_CASE("a Delta on DSL is read whole, each direction with its own kind of retransmission") {
  const Outcome outcome = played(recordings() / "freebox-delta-8.5-handmade");

  CHECK(joined(outcome.failures) == "");
  CHECK(joined(outcome.lacking) ==
        "freebox_ddns, freebox_wifi_state, freebox_update, freebox_lan_sfp, freebox_port_mappings, "
        "freebox_standby, freebox_freeplug, freebox_voicemail, freebox_phone_settings, "
        "freebox_phones, freebox_pvr_media, freebox_pvr_quota, freebox_pvr_recordings, "
        "freebox_rrd_net, freebox_rrd_temperatures, freebox_rrd_switch, freebox_incoming_ports, "
        "freebox_storage_settings, freebox_wifi_channels, "
        "freebox_wifi_airtime, freebox_wifi_neighbours");
  CHECK(joined(outcome.dropped) == "");
  CHECK(outcome.of("box_wan_info") == Lines{"box_wan_info{protocol=rfc2684} 1"});
  CHECK(outcome.of("box_dsl_state") ==
        Lines{"box_dsl_state{state=disabled} 0", "box_dsl_state{state=down} 0",
              "box_dsl_state{state=training} 0", "box_dsl_state{state=up} 1"});
  CHECK(outcome.of("box_dsl_rate_bytes_per_second") ==
        Lines{"box_dsl_rate_bytes_per_second{direction=down} 2253875",
              "box_dsl_rate_bytes_per_second{direction=up} 127750"});
  CHECK(outcome.of("box_dsl_noise_margin_decibels") ==
        Lines{"box_dsl_noise_margin_decibels{direction=down} 6.4",
              "box_dsl_noise_margin_decibels{direction=up} 12.1"});
  CHECK(outcome.of("box_dsl_retransmissions_total") ==
        Lines{"box_dsl_retransmissions_total{direction=down} 311",
              "box_dsl_retransmissions_total{direction=up} 41"});
  CHECK(outcome.of("box_dsl_retransmissions_uncorrected_total") ==
        Lines{"box_dsl_retransmissions_uncorrected_total{direction=down} 1",
              "box_dsl_retransmissions_uncorrected_total{direction=up} 2"});
  CHECK(outcome.of("box_fiber_power_dbm") == Lines{});
  CHECK(outcome.of("box_fan_speed_rpm") ==
        Lines{"box_fan_speed_rpm{fan=fan0_speed} 1702", "box_fan_speed_rpm{fan=fan1_speed} 1680"});
  CHECK(outcome.of("box_hosts_active") == Lines{"box_hosts_active{network=guest,medium=ethernet} 0",
                                                "box_hosts_active{network=guest,medium=other} 0",
                                                "box_hosts_active{network=guest,medium=wifi} 0",
                                                "box_hosts_active{network=lan,medium=ethernet} 0",
                                                "box_hosts_active{network=lan,medium=other} 2",
                                                "box_hosts_active{network=lan,medium=wifi} 0"});
}

TEST_CASE("the examples of the documentation are read exactly") {
  if (!has_corpus()) return;
  const Outcome outcome = played(corpus() / "freebox" / "documentation-3");

  CHECK(outcome.of("box_dsl_rate_bytes_per_second").at(0) ==
        "box_dsl_rate_bytes_per_second{direction=down} 3503875");
  CHECK(outcome.of("box_dsl_noise_margin_decibels").at(0) ==
        "box_dsl_noise_margin_decibels{direction=down} 7");
  CHECK(outcome.of("box_dsl_retransmissions_total") ==
        Lines{"box_dsl_retransmissions_total{direction=down} 0"});
  CHECK(outcome.of("box_fiber_power_dbm") == Lines{"box_fiber_power_dbm{direction=down} -36.98",
                                                   "box_fiber_power_dbm{direction=up} -11.72"});
  CHECK(outcome.of("box_wan_receive_bytes_total") == Lines{"box_wan_receive_bytes_total 13332830"});
  CHECK(outcome.of("box_wan_transmit_bytes_total") ==
        Lines{"box_wan_transmit_bytes_total 5489542"});
  CHECK(outcome.of("freebox_connection_setting").size() == 8);
  CHECK(outcome.of("freebox_ipv6_enabled") == Lines{"freebox_ipv6_enabled 1"});
  CHECK(outcome.of("box_ddns_ok") == Lines{"box_ddns_ok{provider=dyndns} 0"});
  CHECK(outcome.of("box_ddns_last_error_timestamp_seconds") ==
        Lines{"box_ddns_last_error_timestamp_seconds{provider=dyndns} 1354127350"});
}

TEST_CASE("single replies of real boxes are read exactly") {
  if (!has_corpus()) return;
  const Outcome outcome = played(corpus() / "freebox" / "various");

  CHECK(joined(outcome.failures) == "");
  CHECK(outcome.of("box_wlan_info") == Lines{"box_wlan_info{radio=0,band=2.4GHz,standard=n} 1",
                                             "box_wlan_info{radio=1,band=5GHz,standard=ac} 1"});
  CHECK(outcome.of("box_wlan_channel") ==
        Lines{"box_wlan_channel{radio=0} 6", "box_wlan_channel{radio=1} 48"});
  CHECK(outcome.of("box_wlan_station_signal_dbm") ==
        Lines{"box_wlan_station_signal_dbm{mac=XX:XX:XX:XX:XX:AA} -28",
              "box_wlan_station_signal_dbm{mac=XX:XX:XX:XX:XX:FF} -38"});
  CHECK(outcome.of("box_wlan_station_rate_bytes_per_second").at(0) ==
        "box_wlan_station_rate_bytes_per_second{mac=XX:XX:XX:XX:XX:AA,direction=down} 4500000");
  CHECK(outcome.of("box_wlan_station_transmit_bytes_total").at(1) ==
        "box_wlan_station_transmit_bytes_total{mac=XX:XX:XX:XX:XX:FF} 2651");
  CHECK(outcome.of("box_wlan_channel_busy_ratio") ==
        Lines{"box_wlan_channel_busy_ratio{radio=0} 0.23"});
  CHECK(outcome.of("box_wlan_noise_dbm") == Lines{"box_wlan_noise_dbm{radio=0} -82"});
  CHECK(outcome.of("freebox_wlan_surveyed_busy_ratio").size() == 13);
  CHECK(joined(outcome.of("freebox_wlan_airtime_ratio")) ==
        "freebox_wlan_airtime_ratio{radio=0,use=busy} 0.3409090909090909, "
        "freebox_wlan_airtime_ratio{radio=0,use=receive_own} 0, "
        "freebox_wlan_airtime_ratio{radio=0,use=receive} 0.30363636363636365, "
        "freebox_wlan_airtime_ratio{radio=0,use=transmit} 0.01");
  CHECK(outcome.of("freebox_wlan_neighbours") == Lines{"freebox_wlan_neighbours{radio=0} 3"});
  CHECK(outcome.of("freebox_wlan_neighbour_signal_dbm").at(0) ==
        "freebox_wlan_neighbour_signal_dbm{radio=0,bssid=XX:XX:XX:XX:XX:XX} -76");
  CHECK(outcome.of("box_dsl_rate_bytes_per_second").at(0) ==
        "box_dsl_rate_bytes_per_second{direction=down} 3503875");
  CHECK(outcome.of("freebox_wlan_mac_filter").at(0) ==
        "freebox_wlan_mac_filter{state=blacklist} 1");
}

TEST_CASE("all sensors and fans of a recorded Ultra are there, by their ids") {
  if (!has_corpus()) return;
  const Outcome outcome = played(corpus() / "freebox" / "ultra-16.0");

  CHECK(outcome.of("box_temperature_celsius") ==
        Lines{"box_temperature_celsius{sensor=temp_cpu0} 58",
              "box_temperature_celsius{sensor=temp_cpu1} 59",
              "box_temperature_celsius{sensor=temp_cpu2} 59",
              "box_temperature_celsius{sensor=temp_cpu3} 59",
              "box_temperature_celsius{sensor=temp_t1} 60"});
  CHECK(outcome.of("box_fan_speed_rpm") == Lines{"box_fan_speed_rpm{fan=fan0_speed} 660"});
  CHECK(outcome.of("box_wan_receive_bytes_total") ==
        Lines{"box_wan_receive_bytes_total 49556332677"});
  CHECK(outcome.of("freebox_model_info") ==
        Lines{"freebox_model_info{name=fbxgw9-r1,operator=free_fra,wifi=2d4_5g_5g_6g,country=FR} "
              "1"});
  // Its log has no loss, and of what never was there is no time.
  CHECK(outcome.of("freebox_wan_outages") ==
        Lines{"freebox_wan_outages{layer=link} 0", "freebox_wan_outages{layer=session} 0"});
  CHECK(outcome.of("box_wan_last_down_timestamp_seconds") == Lines{});
}

TEST_CASE("what an Ultra tells beyond its line and its ports") {
  const Outcome outcome = played(recordings() / "freebox-ultra-16.0-handmade");

  CHECK(outcome.of("box_wan_last_down_timestamp_seconds") ==
        Lines{"box_wan_last_down_timestamp_seconds{layer=link} 1783860531",
              "box_wan_last_down_timestamp_seconds{layer=session} 1783860533"});
  CHECK(outcome.of("freebox_wan_outages") ==
        Lines{"freebox_wan_outages{layer=link} 0", "freebox_wan_outages{layer=session} 0"});
  CHECK(outcome.of("box_ddns_ok") == Lines{"box_ddns_ok{provider=dyndns} 1"});
  CHECK(outcome.of("box_dhcp_leases") ==
        Lines{"box_dhcp_leases{assignment=dynamic} 4", "box_dhcp_leases{assignment=static} 1"});
  CHECK(outcome.of("box_port_mappings") == Lines{"box_port_mappings 1"});
  CHECK(outcome.of("freebox_lan_port_hosts") ==
        Lines{"freebox_lan_port_hosts{port=1} 1", "freebox_lan_port_hosts{port=2} 1",
              "freebox_lan_port_hosts{port=3} 1", "freebox_lan_port_hosts{port=4} 0",
              "freebox_lan_port_hosts{port=9999} 0"});
  CHECK(outcome.of("box_calls") == Lines{"box_calls{outcome=missed} 1",
                                         "box_calls{outcome=outgoing} 1",
                                         "box_calls{outcome=received} 1"});
  CHECK(outcome.of("freebox_calls_duration_seconds").at(2) ==
        "freebox_calls_duration_seconds{outcome=received} 125");
  CHECK(outcome.of("box_mobile_rsrp_dbm") == Lines{"box_mobile_rsrp_dbm{cell=114,band=28} -84",
                                                   "box_mobile_rsrp_dbm{cell=301,band=3} -91"});
  CHECK(outcome.of("box_disk_io_errors_total") ==
        Lines{"box_disk_io_errors_total{disk=1000,operation=read} 3",
              "box_disk_io_errors_total{disk=1000,operation=write} 0",
              "box_disk_io_errors_total{disk=2000,operation=read} 0",
              "box_disk_io_errors_total{disk=2000,operation=write} 0"});
  CHECK(outcome.of("box_disk_temperature_celsius") ==
        Lines{"box_disk_temperature_celsius{disk=2000} 47"});
  CHECK(outcome.of("box_wlan_channel_busy_ratio") ==
        Lines{"box_wlan_channel_busy_ratio{radio=0} 0.25",
              "box_wlan_channel_busy_ratio{radio=11} 0.08",
              "box_wlan_channel_busy_ratio{radio=1} 0.55"});
  CHECK(outcome.of("box_wlan_station_rate_bytes_per_second").size() == 7);  // one is not known
  CHECK(outcome.of("box_host_transmit_bytes_total").at(0) ==
        "box_host_transmit_bytes_total{mac=00:00:5E:00:53:61} 91340087122");
  CHECK(outcome.of("freebox_vm_up") == Lines{"freebox_vm_up{vm=0} 1", "freebox_vm_up{vm=1} 0"});
  CHECK(outcome.of("box_vpn_receive_bytes_total") ==
        Lines{"box_vpn_receive_bytes_total{user=phone,server=wireguard} 8123311"});
  CHECK(outcome.of("box_vpn_client_up") == Lines{"box_vpn_client_up 0"});
  CHECK(outcome.of("freebox_permission") == Lines{"freebox_permission{permission=home} 1"});
  CHECK(outcome.of("freebox_wlan_airtime_ratio").at(0) ==
        "freebox_wlan_airtime_ratio{radio=0,use=busy} 0.315");
  CHECK(outcome.of("freebox_rrd_wan_peak_rate_bytes_per_second") ==
        Lines{"freebox_rrd_wan_peak_rate_bytes_per_second{direction=down} 3250000",
              "freebox_rrd_wan_peak_rate_bytes_per_second{direction=up} 3000"});
  CHECK(outcome.of("freebox_rrd_wan_rate_bytes_per_second").at(0) ==
        "freebox_rrd_wan_rate_bytes_per_second{direction=down} 1000000");
  CHECK(outcome.of("freebox_rrd_peak_temperature_celsius").at(0) ==
        "freebox_rrd_peak_temperature_celsius{sensor=temp_cpu0} 62");
  CHECK(outcome.of("freebox_rrd_fan_speed_rpm") ==
        Lines{"freebox_rrd_fan_speed_rpm{fan=fan0_speed} 1024"});
  CHECK(outcome.of("freebox_rrd_lan_receive_rate_bytes_per_second").at(0) ==
        "freebox_rrd_lan_receive_rate_bytes_per_second{port=1} 100");
  CHECK(outcome.of("freebox_rrd_dsl_rate_bytes_per_second") == Lines{});
  CHECK(outcome.of("box_phone_line_registered") == Lines{"box_phone_line_registered{line=1} 1"});
}

TEST_CASE("home automation, the modem before API 10, an array and a player of a Delta") {
  const Outcome outcome = played(recordings() / "freebox-delta-8.5-handmade");

  CHECK(outcome.of("box_smarthome_device_present").at(0) ==
        "box_smarthome_device_present{id=10} 0");
  CHECK(outcome.of("box_smarthome_open") == Lines{"box_smarthome_open{id=9} 0"});
  CHECK(outcome.of("box_smarthome_alarm") == Lines{"box_smarthome_alarm{id=11} 1"});
  CHECK(outcome.of("box_smarthome_battery_ratio") ==
        Lines{"box_smarthome_battery_ratio{id=11} 1", "box_smarthome_battery_ratio{id=12} 1",
              "box_smarthome_battery_ratio{id=7} 0.98", "box_smarthome_battery_ratio{id=9} 0.71"});
  CHECK(outcome.of("box_smarthome_temperature_celsius") ==
        Lines{"box_smarthome_temperature_celsius{id=11} 19.5"});
  CHECK(outcome.of("freebox_home_alarm_state").at(1) ==
        "freebox_home_alarm_state{id=7,state=alarm1_armed} 1");
  CHECK(outcome.of("box_mobile_connected") == Lines{"box_mobile_connected 1"});
  CHECK(outcome.of("freebox_aggregation_rate_bytes_per_second") ==
        Lines{"freebox_aggregation_rate_bytes_per_second{tunnel=lte,direction=down} 91002",
              "freebox_aggregation_rate_bytes_per_second{tunnel=lte,direction=up} 4210",
              "freebox_aggregation_rate_bytes_per_second{tunnel=xdsl,direction=down} 12003",
              "freebox_aggregation_rate_bytes_per_second{tunnel=xdsl,direction=up} 900"});
  CHECK(outcome.of("box_raid_degraded") == Lines{"box_raid_degraded{array=1} 1"});
  CHECK(outcome.of("box_raid_sync_ratio") == Lines{"box_raid_sync_ratio{array=1} 0.12"});
  CHECK(outcome.of("freebox_player_power_state") ==
        Lines{"freebox_player_power_state{mac=00:00:5E:00:53:D2,state=running} 0",
              "freebox_player_power_state{mac=00:00:5E:00:53:D2,state=standby} 1"});
  CHECK(outcome.of("box_vpn_client_up") == Lines{"box_vpn_client_up 1"});
  CHECK(outcome.of("freebox_expansion_info") ==
        Lines{"freebox_expansion_info{slot=1,module=dsl_lte} 1"});
}

TEST_CASE("a Revolution whose firmware knows API 4 is read by the same packs") {
  const Outcome outcome = played(recordings() / "freebox-revolution-4.0-handmade");

  CHECK(
      joined(outcome.failures) ==
      "freebox_ftth: service_down: not running at the moment ('Ce service n'est pas disponible'), "
      "freebox_fiber_identity: service_down: not running at the moment ('Ce service n'est pas "
      "disponible')");
  CHECK(joined(outcome.dropped) == "");
  CHECK(outcome.of("box_temperature_celsius") ==
        Lines{"box_temperature_celsius{sensor=temp_cpub} 65",
              "box_temperature_celsius{sensor=temp_cpum} 63",
              "box_temperature_celsius{sensor=temp_sw} 55"});
  CHECK(outcome.of("box_fan_speed_rpm") == Lines{"box_fan_speed_rpm{fan=fan_rpm} 2237"});
  CHECK(outcome.of("box_dsl_noise_margin_decibels") ==
        Lines{"box_dsl_noise_margin_decibels{direction=up} 15"});
  CHECK(outcome.of("box_dsl_attenuation_decibels") ==
        Lines{"box_dsl_attenuation_decibels{direction=down} 23",
              "box_dsl_attenuation_decibels{direction=up} 11"});
  CHECK(outcome.of("box_dsl_retransmissions_total") ==
        Lines{"box_dsl_retransmissions_total{direction=down} 80"});
  CHECK(outcome.of("box_wan_receive_bytes_total") ==
        Lines{"box_wan_receive_bytes_total 4294967296"});
  CHECK(outcome.of("freebox_ipv6_delegations") == Lines{"freebox_ipv6_delegations 1"});
  CHECK(outcome.of("freebox_lan_mode") ==
        Lines{"freebox_lan_mode{state=bridge} 0", "freebox_lan_mode{state=router} 1"});
  CHECK(outcome.of("box_host_active") == Lines{"box_host_active{mac=00:00:5E:00:53:B2} 1",
                                               "box_host_active{mac=00:00:5E:00:53:B3} 0"});
  CHECK(outcome.of("box_wlan_info") == Lines{"box_wlan_info{radio=0,band=2.4GHz,standard=n} 1"});
  CHECK(outcome.of("freebox_wlan_station_mcs") ==
        Lines{"freebox_wlan_station_mcs{mac=00:00:5E:00:53:B4,direction=down} 4",
              "freebox_wlan_station_mcs{mac=00:00:5E:00:53:B4,direction=up} 3"});
  CHECK(outcome.of("freebox_freeplug_receive_rate_bytes_per_second") ==
        Lines{"freebox_freeplug_receive_rate_bytes_per_second{plug=00:00:5E:00:53:C2} 7125000"});
}

}  // namespace boxmeter::freebox_pack_test
