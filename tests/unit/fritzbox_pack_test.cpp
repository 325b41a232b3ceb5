#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "device/kinds.h"
#include "fake_fritzbox.h"
#include "metric/extract.h"
#include "places.h"
#include "poll/requester.h"

namespace boxmeter::fritzbox_pack_test {

using testing::answer;
using testing::FakeFritzbox;
namespace fs = std::filesystem;

// The shipped packs over recorded answers: configuration, device, wire and rules together.
namespace {

using Lines = std::vector<std::string>;

void play(FakeFritzbox& fake, const fs::path& recording) {
  for (const auto& entry : fs::directory_iterator(recording))
    if (entry.path().extension() == ".xml")
      fake.set("/" + entry.path().filename().string(), read_file(entry.path()));
  for (const auto& entry : fs::directory_iterator(recording / "soap"))
    fake.set(entry.path().stem().string(), read_file(entry.path()));
  fake.set("Hosts1.X_AVM-DE_GetHostListPath",
           answer("<NewX_AVM-DE_HostListPath>/devicehostlist.lua?sid=0000000000000000"
                  "</NewX_AVM-DE_HostListPath>"));
  fake.set("/devicehostlist.lua?sid=0000000000000000",
           read_file(recording / "lists/devicehostlist.xml"));
}

std::string line_of(const Series& series, const Point& point) {
  std::string line = series.family->name;
  for (const auto& [name, value] : point.labels) {
    line.append(name == point.labels.front().first ? "{" : ",");
    line.append(name).append("=").append(value);
  }
  return line + (point.labels.empty() ? " " : "} ") + point.value.text();
}

/// One poll of all queries of the packs: samples, and as "query: ..." what went wrong with them.
struct Poll {
  Lines samples;
  Lines failures;

  bool has(const std::string& line) const {
    return std::ranges::find(samples, line) != samples.end();
  }
  Lines starting_with(const std::string& name) const {
    Lines found;
    for (const std::string& line : samples)
      if (line.starts_with(name)) found.push_back(line);
    return found;
  }
};

Poll poll(const FakeFritzbox& fake, const std::string& packs) {
  const fs::path file =
      fs::temp_directory_path() / ("boxmeter-fritz-" + std::to_string(::getpid()) + ".yml");
  write_file(file, "devices: [{name: home, kind: fritzbox, url: '" + fake.url() +
                       "', username: monitor, password: secret, queries: [" + packs + "]}]\n");
  const Config config = load_config(file, shipped_kinds());
  fs::remove(file);
  http::Stop stop;
  const Job& job = config.jobs.at(0);
  const auto device = job.kind->open(job.device, stop);
  Requester requester(*device);
  Poll result;
  for (const QueryPtr& query : job.queries) {
    try {
      const QueryReply asked = requester.ask(*query, Clock::now());
      Choices choices;
      const Extraction extraction = extract(*query, asked.reply, 2000, choices, WallClock::now());
      for (const Failure& problem : asked.problems)
        result.failures.push_back(query->name + ": " + problem.message);
      for (const Failure& problem : extraction.problems)
        result.failures.push_back(query->name + ": " + problem.message);
      for (const auto& [reason, count] : extraction.dropped)
        result.failures.push_back(query->name + ": dropped " + reason);
      for (const Series& series : extraction.series)
        for (const Point& point : series.points) result.samples.push_back(line_of(series, point));
    } catch (const Error& error) {
      result.failures.push_back(query->name + ": " + error.what());
    }
  }
  return result;
}

}  // namespace

TEST_CASE("the packs read a DSL box without a problem, and what it lacks is unsupported") {
  FakeFritzbox fake;
  play(fake, checkout() / "tests/recordings/fritzbox-7590-154.07.57-handmade");

  const Poll result = poll(fake, "fritzbox, fritzbox_addresses");

  // The samples themselves: tests/golden/page.
  CHECK(result.has("box_wan_address_info{family=ipv4,address=203.0.113.77} 1"));
  CHECK(result.has("box_wan_address_info{family=ipv6,address=2001:db8:77::1} 1"));
  const std::string no_fiber = ": this box has no service 'X_AVM-DE_WANFiber1'";
  CHECK(result.failures ==
        Lines{"fritzbox_fiber: X_AVM-DE_WANFiber1.GetInfo" + no_fiber,
              "fritzbox_fiber_traffic: X_AVM-DE_WANFiber1.GetStatistics" + no_fiber,
              "fritzbox_fiber_gpon: X_AVM-DE_WANFiber1.GetInfoGPON" + no_fiber,
              "fritzbox_fiber_identity: X_AVM-DE_WANFiber1.GetInfo" + no_fiber});
}

TEST_CASE("optical power is read in thousandths of a dBm, and 0 is none") {
  const auto fiber = [](const std::string& info) {
    FakeFritzbox fake;
    fake.set("/tr64desc.xml",
             boxmeter::testing::description(
                 "fibre", 8, 20,
                 boxmeter::testing::service_entry("X_AVM-DE_WANFiber1",
                                                  "urn:dslforum-org:service:X_AVM-DE_WANFiber:1")));
    fake.set("X_AVM-DE_WANFiber1.GetInfo", answer(info));
    return poll(fake, "fritzbox").starting_with("box_fiber");
  };

  CHECK(fiber("<NewOpticalSignalLevel>-15600</NewOpticalSignalLevel><NewTransmitOpticalLevel>2310"
              "</NewTransmitOpticalLevel><NewSFPVendor>AVM</NewSFPVendor><NewSFPPartNumber>P1"
              "</NewSFPPartNumber><NewSFPSerialNumber>S1</NewSFPSerialNumber><NewFiberMode>GPON"
              "</NewFiberMode>") == Lines{"box_fiber_power_dbm{direction=down} -15.6",
                                          "box_fiber_power_dbm{direction=up} 2.31",
                                          "box_fiber_module_present 1",
                                          "box_fiber_info{vendor=AVM,model=P1,mode=GPON} "
                                          "1"});
  CHECK(fiber("<NewOpticalSignalLevel>0</NewOpticalSignalLevel><NewTransmitOpticalLevel>0"
              "</NewTransmitOpticalLevel><NewSFPVendor/><NewSFPSerialNumber/><NewFiberMode>Unknown"
              "</NewFiberMode>") == Lines{});
}

TEST_CASE("firmware that does not name the band of a radio has it told by the channel") {
  FakeFritzbox fake;
  std::string services;
  for (const char* radio : {"1", "2", "3"}) {
    services += boxmeter::testing::service_entry(
        "WLANConfiguration" + std::string(radio),
        "urn:dslforum-org:service:WLANConfiguration:" + std::string(radio));
  }
  fake.set("/tr64desc.xml", boxmeter::testing::description("bands", 7, 29, services));
  const auto radio = [](const std::string& status, const std::string& channel) {
    return answer("<NewStatus>" + status + "</NewStatus><NewChannel>" + channel +
                  "</NewChannel><NewStandard>n</NewStandard>");
  };
  fake.set("WLANConfiguration1.GetInfo", radio("Up", "13"));
  fake.set("WLANConfiguration2.GetInfo", radio("Up", "100"));
  fake.set("WLANConfiguration3.GetInfo", radio("Disabled", "0"));

  const Poll result = poll(fake, "fritzbox_wlan");

  CHECK(result.samples == Lines{"box_wlan_up{radio=1} 1", "box_wlan_up{radio=2} 1",
                                "box_wlan_up{radio=3} 0",
                                "box_wlan_info{radio=1,band=2.4GHz,standard=n} 1",
                                "box_wlan_info{radio=2,band=5GHz,standard=n} 1",
                                "box_wlan_info{radio=3,standard=n} 1",
                                "box_wlan_channel{radio=1} 13", "box_wlan_channel{radio=2} 100"});
  CHECK(result.failures == Lines{});
}

TEST_CASE("active hosts on an unknown medium are counted as other") {
  FakeFritzbox fake;
  fake.set("/tr64desc.xml",
           boxmeter::testing::description(
               "media", 7, 57,
               boxmeter::testing::service_entry("Hosts1", "urn:dslforum-org:service:Hosts:1")));
  fake.set("Hosts1.X_AVM-DE_GetHostListPath", answer("<NewPath>/hosts</NewPath>"));
  fake.set("/hosts",
           "<List><Item><Active>1</Active><InterfaceType/><X_AVM-DE_Guest>0</X_AVM-DE_Guest></Item>"
           "<Item><Active>1</Active><InterfaceType>Thread</InterfaceType><X_AVM-DE_Guest>1"
           "</X_AVM-DE_Guest></Item><Item><Active>1</Active><InterfaceType>802.11</InterfaceType>"
           "<X_AVM-DE_Guest>1</X_AVM-DE_Guest></Item><Item><Active>0</Active><InterfaceType/>"
           "<X_AVM-DE_Guest>0</X_AVM-DE_Guest></Item></List>");

  const Poll result = poll(fake, "fritzbox_hosts_count");

  CHECK(result.has("box_hosts{network=lan} 2"));
  CHECK(result.has("box_hosts{network=guest} 2"));
  CHECK(result.has("box_hosts_active{network=lan,medium=other} 1"));
  CHECK(result.has("box_hosts_active{network=guest,medium=other} 1"));
  CHECK(result.has("box_hosts_active{network=guest,medium=wifi} 1"));
  CHECK(result.has("box_hosts_active{network=lan,medium=wifi} 0"));
}

TEST_CASE("a recorded 7590 gives its numbers, and what it lacks is unsupported and no more") {
  if (!has_corpus()) return;
  FakeFritzbox fake;
  play(fake, corpus() / "fritzbox/7590-154.07.57");

  const Poll result = poll(fake, "fritzbox");

  for (const char* line :
       {"box_dsl_rate_bytes_per_second{direction=up} 5839875",
        "box_dsl_rate_bytes_per_second{direction=down} 31133125",
        "box_dsl_noise_margin_decibels{direction=up} 8",
        "box_dsl_noise_margin_decibels{direction=down} 6",
        "box_dsl_attenuation_decibels{direction=up} 8",
        "box_dsl_attenuation_decibels{direction=down} 14",
        "box_wan_receive_bytes_total 554484531337", "box_wan_transmit_bytes_total 129497283207",
        "box_wan_state{state=up} 1", "box_hosts{network=lan} 4",
        "box_hosts_active{network=lan,medium=wifi} 1",
        "box_hosts_active{network=lan,medium=ethernet} 2", "box_wlan_stations{radio=1} 11"})
    CHECK_MESSAGE(result.has(line), line);
  CHECK(result.starting_with("box_fiber") == Lines{});
  const std::string lacks = ": UPnP error 401 (Invalid Action)";
  const std::string no_fiber = ": this box has no service 'X_AVM-DE_WANFiber1'";
  CHECK(result.failures ==
        Lines{"fritzbox_firmware: UserInterface1.GetInfo" + lacks,
              "fritzbox_wan_ipv6: WANIPConn1.X_AVM_DE_GetExternalIPv6Address" + lacks,
              "fritzbox_ds_lite: WANCommonIFC1.X_AVM_DE_GetDsliteStatus" + lacks,
              "fritzbox_wan_packets: WANCommonInterfaceConfig1.GetTotalPacketsReceived" + lacks,
              "fritzbox_dsl_info: WANDSLInterfaceConfig1.X_AVM-DE_GetDSLInfo" + lacks,
              "fritzbox_fiber: X_AVM-DE_WANFiber1.GetInfo" + no_fiber,
              "fritzbox_fiber_traffic: X_AVM-DE_WANFiber1.GetStatistics" + no_fiber,
              "fritzbox_fiber_gpon: X_AVM-DE_WANFiber1.GetInfoGPON" + no_fiber,
              "fritzbox_wlan_packets: WLANConfiguration1.GetPacketStatistics" + lacks,
              "fritzbox_lan: LANEthernetInterfaceConfig1.GetStatistics" + lacks,
              "fritzbox_lan_link: LANEthernetInterfaceConfig1.GetInfo" + lacks,
              "fritzbox_port_mappings: WANConnection.GetPortMappingNumberOfEntries" + lacks,
              "fritzbox_ddns: X_AVM-DE_RemoteAccess1.GetDDNSInfo" + lacks});
}

}  // namespace boxmeter::fritzbox_pack_test
