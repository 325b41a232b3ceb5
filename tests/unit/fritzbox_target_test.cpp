#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/request_check.h"
#include "device/fritzbox/tr064/target.h"

namespace boxmeter::fritzbox_target_test {

namespace {

std::string complaint(const Request& request) {
  try {
    fritzbox::check(request);
    return "";
  } catch (const Error& error) {
    CHECK(error.kind() == boxmeter::ErrorKind::config);
    return error.what();
  }
}

}  // namespace

TEST_CASE("service names are taken as fritzconnection takes them") {
  CHECK(fritzbox::service_name("WLANConfiguration") == "WLANConfiguration1");
  CHECK(fritzbox::service_name("WLANConfiguration2") == "WLANConfiguration2");
  CHECK(fritzbox::service_name("WLANConfiguration:2") == "WLANConfiguration2");
  CHECK(fritzbox::service_name("X_AVM-DE_OnTel") == "X_AVM-DE_OnTel1");
  CHECK(fritzbox::service_name("WANConnection") == "WANConnection");
  CHECK(fritzbox::service_name("WLANConfiguration{radio}") == "WLANConfiguration{radio}");
}

TEST_CASE("a target is a service and an action") {
  const auto target = fritzbox::parse_target("WLANConfiguration:3.X_AVM-DE_GetWLANExtInfo");

  CHECK(target.service == "WLANConfiguration3");
  CHECK(target.action == "X_AVM-DE_GetWLANExtInfo");
}

TEST_CASE("reading requests are allowed, with placeholders in the service") {
  CHECK(complaint({.verb = "tr064", .target = "DeviceInfo1.GetInfo"}) == "");
  CHECK(complaint({.verb = "tr064", .target = "WLANConfiguration{radio}.GetInfo"}) == "");
  CHECK(complaint({.verb = "tr064", .target = "WLANConfiguration{radio.index}.GetInfo"}) == "");
  CHECK(complaint({.verb = "list", .target = "Hosts1.X_AVM-DE_GetHostListPath"}) == "");
  CHECK(complaint({.verb = "tr064", .target = "WANIPConn1.X_AVM_DE_GetIPv6Prefix"}) == "");
  CHECK(complaint({.verb = "tr064",
                   .target = "Hosts1.GetGenericHostEntry",
                   .repeat = Request::Repeat{
                       .index = "NewIndex", .count = "Hosts1.GetHostNumberOfEntries/NewN"}}) == "");
}

TEST_CASE("what the web server answers may be asked, with placeholders in paths and arguments") {
  CHECK(complaint({.verb = "aha", .target = "getdevicelistinfos"}) == "");
  CHECK(complaint({.verb = "aha", .target = "getbasicdevicestats", .args = {{"ain", "{d.ain}"}}}) ==
        "");
  CHECK(complaint({.verb = "http", .target = "getswitchlist"}) == "");
  CHECK(complaint({.verb = "lua", .target = "docInfo"}) == "");
  CHECK(complaint({.verb = "lua",
                   .target = "query",
                   .args = {{"sent", "inetstat:status/{period}/BytesSentLow"}}}) == "");
  CHECK(complaint({.verb = "rest", .target = "smarthome/overview"}) == "");
  CHECK(complaint({.verb = "callmonitor", .target = "calls"}) == "");
  CHECK(complaint({.verb = "rest", .target = "/api/v0/smarthome/overview/units/{u.UID}"}) == "");
}

TEST_CASE("what a pack may not ask says why and what would do") {
  struct Row {
    Request request;
    std::string complaint;
  };
  const std::string not_a_target = " is not a service and an action (such as DeviceInfo1.GetInfo)";
  const std::string secret =
      " is not allowed: the answer would be keys, the configuration or stored application data of "
      "the box";
  const std::string writes =
      " does not only read: a pack may call actions named Get... or ..._Get...";
  const std::string pages =
      " (pages: chan, dectMon, docInfo, docOv, dslOv, dslStat, ecoStat, energy, fiberFiber, "
      "fiberStats, homeNet, log, netCnt, netDev, overview, query, sh_dev, shareVpn, usbOv, "
      "shareWireguard)";
  const Row rows[] = {
      {{.verb = "callmonitor", .target = "lines"},
       "'callmonitor: lines' is not 'callmonitor: calls'"},
      {{.verb = "aha", .target = "setswitchon"},
       "'aha: setswitchon' does not only read: a pack may use the commands named get..."},
      {{.verb = "aha", .target = "get list"},
       "'aha: get list' names no command (such as getdevicelistinfos)"},
      {{.verb = "aha", .target = "getswitchstate", .args = {{"a&b", "1"}}},
       "'a&b' is not the name of a parameter (such as ain)"},
      {{.verb = "aha", .target = "getswitchstate", .repeat = Request::Repeat{.until = 713}},
       "'repeat' needs a 'tr064' request, not 'aha'"},
      {{.verb = "lua", .target = "ecostat"},
       "'lua: ecostat' is not allowed (did you mean 'ecoStat'?)" + pages},
      {{.verb = "lua", .target = "wKey"}, "'lua: wKey' is not allowed" + pages},
      {{.verb = "lua", .target = "query"},
       "'lua: query' needs args (such as {temperature: cpu:status/StatTemperature})"},
      {{.verb = "lua", .target = "query", .args = {{"key", "wlan:settings/psk"}}},
       "'lua: query' may not read 'wlan:settings/psk' (it may read cpu:status/..., "
       "inetstat:status/... and landevice:settings/landevice/list(...))"},
      {{.verb = "rest", .target = "overview"},
       "'rest: overview' is not a path such as smarthome/overview (it may read smarthome/..., "
       "generic/connections and monitor/segment/...)"},
      {{.verb = "rest", .target = "smarthome/../../login"},
       "'rest: smarthome/../../login' is not a path such as smarthome/overview (it may read "
       "smarthome/..., "
       "generic/connections and monitor/segment/...)"},
      {{.verb = "rest", .target = "smarthome/overview?x=1"},
       "'rest: smarthome/overview?x=1' is not a path such as smarthome/overview (it may read "
       "smarthome/..., "
       "generic/connections and monitor/segment/...)"},
      {{.verb = "tr64", .target = "DeviceInfo1.GetInfo"},
       "unknown request 'tr64' for a fritzbox (did you mean 'tr064'?)"},
      {{.verb = "snmp", .target = "x"},
       "unknown request 'snmp' for a fritzbox (known: tr064, list, aha, http, lua, rest, "
       "callmonitor)"},
      {{.verb = "tr064", .target = "DeviceInfo1"}, "'DeviceInfo1'" + not_a_target},
      {{.verb = "tr064", .target = "DeviceInfo1."}, "'DeviceInfo1.'" + not_a_target},
      {{.verb = "tr064", .target = ".GetInfo"}, "'.GetInfo'" + not_a_target},
      {{.verb = "tr064", .target = "A.B.GetInfo"}, "'A.B.GetInfo'" + not_a_target},
      {{.verb = "tr064", .target = "A1.Get Info"}, "'A1.Get Info'" + not_a_target},
      {{.verb = "tr064", .target = "A1.Get{what}"}, "'A1.Get{what}'" + not_a_target},
      {{.verb = "tr064", .target = "A{x.GetInfo"}, "'A{x.GetInfo'" + not_a_target},
      {{.verb = "tr064", .target = "WLANConfiguration1.SetEnable"},
       "'tr064: WLANConfiguration1.SetEnable'" + writes},
      {{.verb = "tr064", .target = "DeviceConfig1.Reboot"},
       "'tr064: DeviceConfig1.Reboot'" + writes},
      {{.verb = "tr064", .target = "X_AVM-DE_Auth1.TargetGetaway"},
       "'tr064: X_AVM-DE_Auth1.TargetGetaway'" + writes},
      {{.verb = "tr064", .target = "WLANConfiguration1.GetSecurityKeys"},
       "'tr064: WLANConfiguration1.GetSecurityKeys'" + secret},
      {{.verb = "list", .target = "DeviceConfig1.X_AVM-DE_GetConfigFile"},
       "'list: DeviceConfig1.X_AVM-DE_GetConfigFile'" + secret},
      {{.verb = "tr064", .target = "DeviceConfig.getpersistentdata"},
       "'tr064: DeviceConfig.getpersistentdata'" + secret},
      {{.verb = "tr064", .target = "A1.GetInfo", .args = {{"New Index", "1"}}},
       "'New Index' is not the name of an argument (such as NewIndex)"},
      {{.verb = "list", .target = "A1.GetInfo", .repeat = Request::Repeat{.index = "NewIndex"}},
       "'repeat' needs a 'tr064' request, not 'list'"},
      {{.verb = "tr064", .target = "A1.GetInfo", .repeat = Request::Repeat{.index = ""}},
       "repeat: index '' is not the name of an argument (such as NewIndex)"},
      {{.verb = "tr064",
        .target = "A1.GetInfo",
        .repeat = Request::Repeat{.index = "NewIndex", .count = "A1.GetCount"}},
       "repeat: count 'A1.GetCount' must look like Service.Action/NewCount"},
      {{.verb = "tr064",
        .target = "A1.GetInfo",
        .repeat = Request::Repeat{.index = "NewIndex", .count = "A1.AddCount/NewN"}},
       "'count: A1.AddCount'" + writes},
  };
  for (const Row& row : rows) CHECK(complaint(row.request) == row.complaint);
}

}  // namespace boxmeter::fritzbox_target_test
