#include <doctest/doctest.h>

#include <string>

#include "device/fritzbox/tr064/restarts.h"

namespace boxmeter::fritzbox_restarts_test {

using fritzbox::RestartDetector;
using fritzbox::SoapAnswer;

namespace {

const boxmeter::WallClock::time_point kNow{std::chrono::hours(500'000)};

SoapAnswer device(int uptime, const std::string& firmware = "154.07.57") {
  return {.arguments = {{"NewSoftwareVersion", firmware}, {"NewUpTime", uptime}}};
}

SoapAnswer connection(const std::string& status, const std::string& uptime) {
  return {.arguments = {{"NewConnectionStatus", status}, {"NewUptime", uptime}}};
}

}  // namespace

TEST_CASE("a fallen uptime or another firmware is a restart, a clock that is set is none") {
  RestartDetector watch;
  const auto see = [&](const SoapAnswer& answer) {
    watch.see("DeviceInfo1", "GetInfo", answer, kNow);
    return watch.epoch().boot;
  };

  CHECK(see(device(5000)) == 0);
  CHECK(see(device(5030)) == 0);
  CHECK(see(device(4990)) == 0);
  CHECK(see(device(20)) == 1);
  CHECK(see(device(50)) == 1);
  CHECK(see(device(80, "154.08.00")) == 2);
  CHECK(see({.arguments = {{"NewModelName", "x"}}}) == 2);
  CHECK(see({.fault = boxmeter::fritzbox::Fault{.code = 501}}) == 2);
  CHECK(see(device(110, "154.08.00")) == 2);
  CHECK(watch.epoch().wan == 0);
}

TEST_CASE("an internet connection that comes up is seen by its status or its uptime") {
  RestartDetector watch;
  const auto see = [&](const std::string& service, const SoapAnswer& answer) {
    watch.see(service, "GetStatusInfo", answer, kNow);
    return watch.epoch().wan;
  };
  const std::string ppp = "WANPPPConnection1";

  CHECK(see(ppp, connection("Connected", "369434")) == 0);
  CHECK(see("WANIPConn1", connection("Connected", "100")) == 0);  // another clock
  CHECK(see(ppp, connection("Connected", "369464")) == 0);
  CHECK(see(ppp, connection("Disconnected", "0")) == 0);
  CHECK(see(ppp, connection("Connecting", "0")) == 0);
  CHECK(see(ppp, connection("Connected", "10")) == 1);
  CHECK(see(ppp, connection("Connected", "40")) == 1);
  CHECK(see(ppp, connection("Connected", "3")) == 2);
  CHECK(watch.epoch().boot == 0);
}

TEST_CASE("the box tells its firmware and since when it runs it") {
  RestartDetector watch;
  CHECK(watch.incarnation().firmware.empty());

  watch.see("DeviceInfo1", "GetInfo", device(5000), kNow);

  CHECK(watch.incarnation().firmware == "154.07.57");
  CHECK(watch.incarnation().booted == kNow - std::chrono::seconds(5000));
}

}  // namespace boxmeter::fritzbox_restarts_test
