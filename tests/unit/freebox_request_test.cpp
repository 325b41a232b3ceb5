#include <doctest/doctest.h>

#include "device/freebox/freebox.h"
#include "device/freebox/request.h"
#include "device/freebox/token.h"

using namespace boxmeter;
using namespace boxmeter::freebox;

namespace {

std::string refused(const Request& request) {
  try {
    check(request);
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "";
}

std::string refused_get(const std::string& target) {
  return refused({.verb = "get", .target = target});
}

std::string token_error(std::string_view text) {
  try {
    parse_token_file(text);
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a pack may ask for every path of reading, with or without slashes around it") {
  for (const char* target :
       {"connection/", "connection", "/system/", "wifi/ap/{ap.id}/stations/", "login/perms/",
        "lan/browser/pub/ether-00:00:5E:00:53:01/", "switch/port/{port.id}/stats",
        "wifi/ap/0/channel_survey_history/1700000000000", "fs/ls/L0ZyZWVib3g="})
    CHECK(refused_get(target) == "");
}

TEST_CASE("a path that leaves the API, hides a query or does not read is refused") {
  const std::pair<const char*, const char*> rows[] = {
      {"", "config: path '' is empty (expected: such as connection/)"},
      {"/", "config: path '/' is empty (expected: such as connection/)"},
      {"http://evil.invalid/",
       "config: path 'http://evil.invalid/' is a URL (expected: a path below "
       "the API's root, such as connection/)"},
      {"//evil.invalid/", "config: path '//evil.invalid/' has an empty step"},
      {"wifi//ap", "config: path 'wifi//ap' has an empty step"},
      {"../system/", "config: path '../system/' climbs with '..'"},
      {"wifi/../../x", "config: path 'wifi/../../x' climbs with '..'"},
      {"wifi/./ap", "config: path 'wifi/./ap' climbs with '.'"},
      {"connection/logs/?page=1",
       "config: path 'connection/logs/?page=1' has a '?' (expected: "
       "letters, digits and any of -._~/:=+,@)"},
      {"system/#x",
       "config: path 'system/#x' has a '#' (expected: letters, digits and any of -._~/:=+,@)"},
      {"%2e%2e/x",
       "config: path '%2e%2e/x' has a '%' (expected: letters, digits and any of -._~/:=+,@)"},
      {"a b", "config: path 'a b' has a ' ' (expected: letters, digits and any of -._~/:=+,@)"},
      {"login/authorize/1",
       "config: path 'login/authorize/1' is not for reading: it belongs to registration"},
      {"/dl/abc", "config: path '/dl/abc' is not for reading: it downloads a file"},
      {"vpn/download_config/openvpn_routed/x",
       "config: path 'vpn/download_config/openvpn_routed/x' is not for reading: it downloads keys"},
      {"vm/0/console", "config: path 'vm/0/console' is not for reading: it opens a console"},
  };
  for (const auto& [target, text] : rows) CHECK(refused_get(target) == text);
}

TEST_CASE("other requests are refused with the way out") {
  CHECK(refused({.verb = "command", .target = "System.Get_the_current_system_info"}) ==
        "config: 'command' requests are not available yet");
  CHECK(refused({.verb = "rrd", .target = "net"}) ==
        "config: 'rrd' requests are not available yet");
  CHECK(refused({.verb = "gett", .target = "system/"}) ==
        "config: a freebox takes no 'gett' request (did you mean 'get'?) (known: get, command, "
        "rrd)");
  CHECK(refused({.verb = "tr064", .target = "DeviceInfo1.GetInfo"}) ==
        "config: a freebox takes no 'tr064' request (known: get, command, rrd)");
  CHECK(refused({.verb = "get", .target = "system/", .repeat = Request::Repeat{}}) ==
        "config: 'repeat' is not for a freebox: its lists come whole (to ask once per element of "
        "one, use 'for_each')");
  CHECK(refused({.verb = "get", .target = "system/", .args = {{"page", "1"}}}) ==
        "config: a 'get' request takes no argument 'page'");
}

TEST_CASE("what a placeholder left in a path cannot leave it") {
  CHECK(url_path("lan/browser/pub/") == "lan/browser/pub/");
  CHECK(url_path("lan/browser/a?b#c%2e d/") == "lan/browser/a%3Fb%23c%252e%20d/");
  CHECK(url_path("vpn/user/é") == "vpn/user/%C3%A9");
  CHECK_THROWS_WITH_AS(url_path("wifi/ap/../../login"),
                       "path 'wifi/ap/../../login' climbs with '..'", Error);
  CHECK_THROWS_WITH_AS(url_path("login/session"),
                       "path 'login/session' is not for reading: it opens a session", Error);
}

TEST_CASE("a token file has the token, and perhaps the app id, on lines of their own") {
  CHECK(parse_token_file("abc+/=\nfr.example.app\n").token == Secret("abc+/="));
  CHECK(parse_token_file("abc\nfr.example.app\n").app_id == "fr.example.app");
  CHECK(parse_token_file(" abc \r\n\r\nfr.example.app\r\n").token == Secret("abc"));
  CHECK(parse_token_file("abc").app_id == "");
  CHECK(parse_token_file(R"(a\/b\/c)").token == Secret("a/b/c"));
}

TEST_CASE("a token file that is none is refused without showing its content") {
  CHECK(token_error(" \n\n") ==
        "config: no app token (expected: the app token, and on a second line the app id)");
  CHECK(token_error("a\nb\nc\n") ==
        "config: more than two lines (expected: the app token, and on a second line the app id)");
  CHECK(token_error("{ \"app_token\": 1 }") ==
        "config: a blank within a line (expected: the app token, and on a second line the app id)");
}
