#include <doctest/doctest.h>

#include "device/fritzbox/address.h"

namespace boxmeter::fritzbox_address_test {

using fritzbox::host_of;
using fritzbox::is_remote;
using fritzbox::web_url;

TEST_CASE("the web server of a box stands beside its TR-064 server") {
  CHECK(web_url("http://192.0.2.1:49000") == "http://192.0.2.1");
  CHECK(web_url("https://fritz.invalid:49443") == "https://fritz.invalid");
  CHECK(web_url("http://[2001:db8::1]:49000") == "http://[2001:db8::1]");
}

TEST_CASE("beside an unusual port the web server is at the same place") {
  CHECK(web_url("https://box.invalid:8443") == "https://box.invalid:8443");
  CHECK(web_url("http://127.0.0.1:40123") == "http://127.0.0.1:40123");
  CHECK(web_url("http://box.invalid") == "http://box.invalid");
  CHECK(web_url("https://box.invalid:49000") == "https://box.invalid:49000");
}

TEST_CASE("over remote access both are at one place, and TR-064 has a path of its own") {
  CHECK(web_url("https://box.invalid:40123/tr064") == "https://box.invalid:40123");
  CHECK(host_of("https://box.invalid:40123/tr064") == "box.invalid");
  CHECK(host_of("https://box.invalid/tr064") == "box.invalid");
  CHECK(is_remote("https://box.invalid:40123/tr064"));
  CHECK(!is_remote("https://box.invalid:49443"));
}

TEST_CASE("the host of a URL is found with and without a port") {
  CHECK(host_of("http://192.0.2.1:49000") == "192.0.2.1");
  CHECK(host_of("https://[2001:db8::1]:49443") == "[2001:db8::1]");
  CHECK(host_of("https://[2001:db8::1]") == "[2001:db8::1]");
  CHECK(host_of("http://box.invalid") == "box.invalid");
}

}  // namespace boxmeter::fritzbox_address_test
