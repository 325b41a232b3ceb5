#include "publish/site/human.h"

#include <doctest/doctest.h>

#include "publish/site/html.h"

namespace boxmeter::human_test {

using namespace std::chrono_literals;

TEST_CASE("numbers have the digits that count") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(0.254) == "0.25");
  CHECK(short_number(9.5) == "9.5");
  CHECK(short_number(9.999) == "10");
  CHECK(short_number(93.44) == "93.4");
  CHECK(short_number(-17.86) == "-17.9");
  CHECK(short_number(-0.001) == "0");
  CHECK(short_number(1234.4) == "1,234");
  CHECK(short_number(1234567) == "1,234,567");
  CHECK(short_number(1e18) == "1e+18");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000000) == "1,000,000");
}

TEST_CASE("rates are in bits, volumes in bytes, both by thousands") {
  CHECK(bit_rate(0) == "0 kbit/s");
  CHECK(bit_rate(40) == "0.32 kbit/s");
  CHECK(bit_rate(124937) == "999 kbit/s");
  CHECK(bit_rate(124938) == "1 Mbit/s");
  CHECK(bit_rate(11680000) == "93.4 Mbit/s");
  CHECK(bit_rate(1.25e9) == "10 Gbit/s");
  CHECK(volume(0) == "0 B");
  CHECK(volume(3.2e9) == "3.2 GB");
}

TEST_CASE("times are told as people say them") {
  CHECK(age(-5s) == "0 s");
  CHECK(age(119s) == "119 s");
  CHECK(age(120s) == "2 min");
  CHECK(age(3h + 59min) == "3 h");
  CHECK(age(72h) == "3 d");
  CHECK(lasting(0.25) == "0.25 s");
  CHECK(lasting(59) == "59 s");
  CHECK(lasting(3599) == "59 min");
  CHECK(lasting(3600) == "1 h");
  CHECK(lasting(4 * 3600 + 12 * 60) == "4 h 12 min");
  CHECK(lasting(3 * 86400 + 4 * 3600) == "3 d 4 h");
  CHECK(milliseconds(41ms) == "41 ms");
}

TEST_CASE("a value has the unit that its metric's name ends with") {
  CHECK(human_value("box_wan_receive_bytes_total", 1.5e9) == "1.5 GB");
  CHECK(human_value("box_wan_receive_rate_bytes_per_second", 1.5e6) == "12 Mbit/s");
  CHECK(human_value("box_uptime_seconds", 7260) == "2 h 1 min");
  CHECK(human_value("box_cpu_usage_ratio", 0.125) == "12.5 %");
  CHECK(human_value("box_temperature_celsius", 61) == "61 °C");
  CHECK(human_value("box_fiber_power_dbm", -17.86) == "-17.9 dBm");
  CHECK(human_value("box_cable_channel_power_dbmv", 3.5) == "3.5 dBmV");
  CHECK(human_value("box_smarthome_energy_joules_total", 3.6e6) == "1 kWh");
  CHECK(human_value("box_wlan_channel_width_hertz", 8e7) == "80 MHz");
  CHECK(human_value("box_hosts", 12) == "12");
}

TEST_CASE("nothing that somebody else said is markup") {
  CHECK(escaped("got '<html>' & \"more\" \xFF") ==
        "got &#39;&lt;html&gt;&#39; &amp; &quot;more&quot; \xEF\xBF\xBD");
  // What would turn the text around, or begin another line, is written out.
  CHECK(escaped("a\u202Eb\nc") == "a\\u202eb\\nc");
}

}  // namespace boxmeter::human_test
