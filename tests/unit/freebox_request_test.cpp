#include <doctest/doctest.h>

#include <map>

#include "device/freebox/commands.h"
#include "device/freebox/freebox.h"
#include "device/freebox/request.h"
#include "device/freebox/token.h"

namespace boxmeter::freebox_request_test {

using namespace freebox;

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

TEST_CASE("a time in a path counts back from now, in milliseconds") {
  const WallClock::time_point now{std::chrono::milliseconds(1'784'031'000'250)};
  const std::pair<const char*, const char*> rows[] = {
      {"wifi/ap/0/channel_survey_history/now-60s",
       "wifi/ap/0/channel_survey_history/1784030940250"},
      {"x/now-1s/y/", "x/1784030999250/y/"},
      {"x/now-0s", "x/now-0s"},
      {"x/now-s", "x/now-s"},
      {"x/now-60", "x/now-60"},
      {"x/now-6xs", "x/now-6xs"},
      {"now", "now"},
  };
  for (const auto& [target, path] : rows)
    CHECK(call_of({.verb = "get", .target = target}, now).path == path);
}

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
      // An error text once held the control character itself.
      {"wifi//\x1b[2J", "config: path 'wifi//?[2J' has an empty step"},
      {"../system/", "config: path '../system/' climbs with '..'"},
      {"wifi/../../x", "config: path 'wifi/../../x' climbs with '..'"},
      {"wifi/./ap", "config: path 'wifi/./ap' climbs with '.'"},
      {"connection/logs/?page=1",
       "config: path 'connection/logs/?page=1' has a '?' (expected: "
       "letters, digits and any of -._~/:=+,@; what follows a '?' goes into args)"},
      {"system/#x",
       "config: path 'system/#x' has a '#' (expected: letters, digits and any of -._~/:=+,@; what "
       "follows a '?' goes into args)"},
      {"%2e%2e/x",
       "config: path '%2e%2e/x' has a '%' (expected: letters, digits and any of -._~/:=+,@; what "
       "follows a '?' goes into args)"},
      {"a b",
       "config: path 'a b' has a ' ' (expected: letters, digits and any of -._~/:=+,@; what "
       "follows a '?' goes into args)"},
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
  CHECK(refused({.verb = "gett", .target = "system/"}) ==
        "config: a freebox takes no 'gett' request (did you mean 'get'?) (known: get, command, "
        "rrd, session)");
  CHECK(refused({.verb = "tr064", .target = "DeviceInfo1.GetInfo"}) ==
        "config: a freebox takes no 'tr064' request (known: get, command, rrd, session)");
  CHECK(refused({.verb = "get", .target = "system/", .repeat = Request::Repeat{}}) ==
        "config: 'repeat' is not for a freebox: its lists come whole (to ask once per element of "
        "one, use 'for_each')");
  CHECK(refused({.verb = "put", .target = "wifi/config/", .args = {{"post_data", "{}"}}}) ==
        "config: 'put' changes the box, which a query must not (read with: get, command, rrd, "
        "session)");
  CHECK(refused({.verb = "session", .target = "rights"}) ==
        "config: a 'session' request is {session: permissions}, not 'session:rights'");
}

TEST_CASE("a pack may use the names of pyfbx for what reads") {
  CHECK(refused({.verb = "command", .target = "System.Get_the_current_system_info"}) == "");
  CHECK(refused({.verb = "command",
                 .target = "Wifi.Get_WiFi_Stations_List",
                 .args = {{"id", "{ap.id}"}}}) == "");
  CHECK(refused({.verb = "command",
                 .target = "Contacts.Access_a_given_contact_number",
                 .args = {{"id", "1"}, {"type", "{kind}"}}}) == "");
  CHECK(refused({.verb = "command", .target = "System.Reboot_the_system"}) ==
        "config: command 'System.Reboot_the_system' changes the box (POST system/reboot/), which a "
        "query must not");
  CHECK(refused({.verb = "command", .target = "Share.Retrieve_a_File_Sharing_link"}) ==
        "config: path 'share_link/' is not for reading: it shows links that open files to anybody");
  CHECK(refused({.verb = "command", .target = "Switch.Get_a_port_stat", .args = {{"id", "1"}}}) ==
        "config: unknown command 'Switch.Get_a_port_stat' (did you mean 'Get_a_port_stats'?) "
        "(Switch has: Get_the_current_switch_status, Get_a_port_configuration, "
        "Update_a_port_configuration, Get_a_port_stats)");
  CHECK(refused({.verb = "command", .target = "Switch.Get_a_port_stats"}) ==
        "config: Get_a_port_stats needs the argument 'id' (it takes: id)");
  CHECK(refused({.verb = "command",
                 .target = "Switch.Get_a_port_stats",
                 .args = {{"id", "1"}, {"ids", "2"}}}) ==
        "config: Get_a_port_stats takes no argument 'ids' (did you mean 'id'?) (it takes: id)");
  CHECK(refused({.verb = "command",
                 .target = "Contacts.Access_a_given_contact_number",
                 .args = {{"id", "1"}, {"type", "numbr"}}}) ==
        "config: 'numbr' is no type (did you mean 'number'?) (known: number, address, url, email)");
  CHECK(refused({.verb = "command", .target = "Conection.X"})
            .starts_with("config: unknown system in command 'Conection.X' (did you mean "
                         "'Connection'?) (known: Download, Download_Feeds, "));
}

TEST_CASE("every command of pyfbx goes out as its verb and its path") {
  CHECK(commands().size() == 166);
  std::map<http::Method, int> verbs;
  for (const freebox::Command& command : commands()) {
    Request request{.verb = "command",
                    .target = std::string(command.system) + "." + std::string(command.method)};
    std::string path(command.path);
    for (const std::string& name : parameters_of(command.path)) {
      const std::string value(name == "type" ? command.choices.substr(0, command.choices.find(','))
                                             : "x");
      request.args[name] = value;
      path.replace(path.find("{" + name + "}"), name.size() + 2, value);
    }
    if (command.takes_body) request.args["post_data"] = "{}";
    const Call call = call_of(request, {}, /*reveal=*/true);
    CHECK(call.method == command.verb);
    CHECK(call.path == path);
    CHECK(call.body == (command.takes_body ? "{}" : ""));
    ++verbs[command.verb];
  }
  CHECK(verbs == std::map<http::Method, int>{{http::Method::get, 79},
                                             {http::Method::post, 30},
                                             {http::Method::put, 40},
                                             {http::Method::del, 17}});
}

TEST_CASE("arguments fill the path, are the body of what writes, and the query of a GET") {
  const auto wire = [](const Request& request) {
    try {
      const Call call = call_of(request, {});
      return std::string(name(call.method)) + " " + call.path + " " + call.body;
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };

  CHECK(wire({.verb = "get", .target = "/switch/port/{id}/stats", .args = {{"id", "3"}}}) ==
        "GET switch/port/3/stats ");
  CHECK(wire({.verb = "get",
              .target = "connection/logs/",
              .args = {{"page", "1"}, {"start", "0"}, {"q", "a&b c"}}}) ==
        "GET connection/logs/?page=1&q=a%26b%20c&start=0 ");
  CHECK(wire({.verb = "put",
              .target = "connection/config/",
              .args = {{"post_data", R"({"wol": false})"}}}) ==
        R"(PUT connection/config/ {"wol": false})");
  CHECK(wire({.verb = "post", .target = "system/reboot/"}) == "POST system/reboot/ ");
  CHECK(wire({.verb = "delete", .target = "vpn/user/{login}", .args = {{"login", "a/b ?"}}}) ==
        "DELETE vpn/user/a%2Fb%20%3F ");
  CHECK(wire({.verb = "delete", .target = "vpn/user/{login}"}) ==
        "URL parameter 'login' is missing");
  CHECK(wire({.verb = "delete", .target = "vpn/user/{login}", .args = {{"login", ".."}}}) ==
        "URL parameter 'login' cannot be '..'");
  CHECK(wire({.verb = "put", .target = "x/", .args = {{"post_data", "{secret"}}}) ==
        "'post_data' is not JSON");
  CHECK(wire({.verb = "put", .target = "x/", .args = {{"wol", "1"}}}) ==
        "a PUT takes no argument 'wol'");
  CHECK(wire({.verb = "get", .target = "x/", .args = {{"post_data", "{}"}}}) ==
        "a GET takes no argument 'post_data'");
  CHECK(wire({.verb = "patch", .target = "x/"}) ==
        "a freebox takes no 'patch' request (known: get, post, put, delete, command, rrd, "
        "session)");
}

TEST_CASE("a question to the box's history is a POST that only reads") {
  const WallClock::time_point now{std::chrono::seconds(1'000'000)};
  const auto body = [&](std::map<std::string, std::string> args) {
    try {
      return call_of({.verb = "rrd", .args = std::move(args)}, now).body;
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };

  CHECK(body({{"db", "net"}, {"date_start", "-60"}, {"fields", "rate_up, rate_down"}}) ==
        R"({"date_start":999940,"db":"net","fields":["rate_up","rate_down"]})");
  CHECK(body({{"db", "temp"}, {"date_start", "5"}, {"date_end", "9"}, {"precision", "10"}}) ==
        R"({"date_end":9,"date_start":5,"db":"temp","precision":10})");
  CHECK(body({}) == "an rrd request needs 'db' (net, temp, dsl or switch)");
  CHECK(body({{"db", "nets"}}) ==
        "unknown db 'nets' (did you mean 'net'?) (known: net, temp, dsl, switch)");
  CHECK(body({{"db", "net"}, {"precision", "0"}}) == "'precision' must be at least 1, not '0'");
  CHECK(body({{"db", "net"}, {"date_end", "now"}}) ==
        "'date_end' of an rrd request must be a whole number, not 'now'");
  CHECK(body({{"db", "net"}, {"field", "rate_up"}}) ==
        "an rrd request takes no 'field' (did you mean 'fields'?) (known: db, date_start, "
        "date_end, precision, fields)");
  CHECK(refused({.verb = "rrd", .args = {{"db", "net"}}}) == "");

  const Call call = call_of({.verb = "rrd", .target = "net", .args = {{"fields", "rate_up"}}}, now);
  CHECK(call.method == http::Method::post);
  CHECK(call.path == "rrd/");
  CHECK(rrd_without_settings(call).method == http::Method::get);
  CHECK(rrd_without_settings(call).path == "rrd/?db=net");
}

TEST_CASE("what a placeholder left in a path cannot leave it") {
  const auto path = [](const char* target) {
    return call_of({.verb = "get", .target = target}, {}).path;
  };

  CHECK(path("lan/browser/pub/") == "lan/browser/pub/");
  CHECK(path("lan/browser/a?b#c%2e d/") == "lan/browser/a%3Fb%23c%252e%20d/");
  CHECK(path("vpn/user/é") == "vpn/user/%C3%A9");
  CHECK_THROWS_WITH_AS(path("wifi/ap/../../login"), "path 'wifi/ap/../../login' climbs with '..'",
                       Error);
  CHECK_THROWS_WITH_AS(path("login/session"),
                       "path 'login/session' is not for reading: it opens a session (--reveal, on "
                       "the command line, asks for it)",
                       Error);
  CHECK(call_of({.verb = "get", .target = "share_link/"}, {}, /*reveal=*/true).path ==
        "share_link/");
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
  CHECK(
      token_error("{ \"app_token\": 1 }") ==
      "config: JSON without an 'app_token' (expected: the app token, and on a second line the app "
      "id)");
  CHECK(token_error("a b\n") ==
        "config: a blank within a line (expected: the app token, and on a second line the app id)");
}

}  // namespace boxmeter::freebox_request_test
