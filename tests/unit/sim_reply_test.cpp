#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "sim/description.h"
#include "sim/fault.h"
#include "sim/invent.h"
#include "sim/moving.h"
#include "sim/soap.h"

namespace boxmeter::sim_reply_test {

using namespace sim;

namespace {

std::string text(const http::Chunk& chunk) { return *chunk; }

constexpr std::string_view kType = "urn:dslforum-org:service:Hosts:1";

std::string call(const std::string& action, const std::string& type, const std::string& arguments) {
  return "<?xml version=\"1.0\"?><s:Envelope "
         "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><u:" +
         action + " xmlns:u=\"" + type + "\">" + arguments + "</u:" + action +
         "></s:Body></s:Envelope>";
}

}  // namespace

TEST_CASE("a box that stands still says what was recorded") {
  const std::string soap =
      "<NewByteSendRate>178</NewByteSendRate><NewTotalBytesSent>648264327</NewTotalBytesSent>";
  const std::string json = R"({"success":true,"result":{"rate_up":5,"bytes_up":5489542}})";

  CHECK(text(MovingText::of_soap(soap, {}).at({})) == soap);
  CHECK(nlohmann::json::parse(text(MovingText::of_json(json).at({}))) ==
        nlohmann::json::parse(json));
}

TEST_CASE("counters of 32 and 64 bits move together, and the one of 32 wraps") {
  const MovingText reply = MovingText::of_soap(
      "<r><NewTotalBytesSent>4294967290</NewTotalBytesSent><NewX_AVM_DE_TotalBytesSent64>"
      "4294967290</NewX_AVM_DE_TotalBytesSent64><NewUpTime>7</NewUpTime><NewSSID>7</NewSSID></r>",
      {.send = 1000, .receive = 1});

  // A whole period: the swaying has cancelled itself out.
  CHECK(
      text(reply.at({.seconds = 60})) ==
      "<r><NewTotalBytesSent>59994</NewTotalBytesSent><NewX_AVM_DE_TotalBytesSent64>"
      "4295027290</NewX_AVM_DE_TotalBytesSent64><NewUpTime>67</NewUpTime><NewSSID>7</NewSSID></r>");
  CHECK(text(reply.at({.seconds = 0, .restarted = true})) ==
        "<r><NewTotalBytesSent>0</NewTotalBytesSent><NewX_AVM_DE_TotalBytesSent64>"
        "0</NewX_AVM_DE_TotalBytesSent64><NewUpTime>0</NewUpTime><NewSSID>7</NewSSID></r>");
}

TEST_CASE("a counter never falls, whatever the phase") {
  const Move move{.motion = Motion::counter, .rate = 1e6};
  for (const double phase : {0.0, 1.0, 2.5, 4.0, 6.2}) {
    std::int64_t before = 0;
    for (int tenth = 0; tenth < 2000; ++tenth) {
      const auto now = moved(0, move, {.seconds = tenth / 10.0, .phase = phase});
      REQUIRE(now >= before);
      before = now;
    }
  }
}

TEST_CASE("Freebox members move with the rate beside them, sensors and fans sway") {
  const MovingText reply = MovingText::of_json(
      R"({"success":true,"result":{"bytes_down":100,"rate_down":10,"bytes_up":5,"uptime_val":1,)"
      R"("uptime":"1 minute","sensors":[{"id":"t","value":50},{"id":"hdd"}],)"
      R"("fans":[{"id":"f","value":1000}],"other":[{"value":3}]}})");
  const auto json =
      nlohmann::json::parse(text(reply.at({.seconds = 75, .phase = 0})));  // a quarter period more

  CHECK(json == nlohmann::json::parse(
                    R"({"success":true,"result":{"bytes_down":859,"rate_down":11,"bytes_up":5,)"
                    R"("uptime_val":76,"uptime":"1 minute","sensors":[{"id":"t","value":52},)"
                    R"({"id":"hdd"}],"fans":[{"id":"f","value":1040}],"other":[{"value":3}]}})"));
}

TEST_CASE("text that is no JSON stands still") {
  CHECK(MovingText::of_json("<html>").stands_still());
  CHECK(text(MovingText::of_json("<html>").at({.seconds = 9})) == "<html>");
}

TEST_CASE("a call is read when header and body name the same action") {
  const std::string body = call("GetInfo", std::string(kType), "<NewA>x &amp; y</NewA><NewB/>");

  const auto read = parse_call(std::string(kType) + "#GetInfo", body);
  REQUIRE(read.has_value());
  CHECK(read->service_type == kType);
  CHECK(read->action == "GetInfo");
  CHECK(read->argument("NewA") == "x & y");
  CHECK(read->argument("NewB") == "");
  CHECK(parse_call('"' + std::string(kType) + "#GetInfo\"", body).has_value());
  CHECK_FALSE(parse_call(std::string(kType) + "#GetOther", body).has_value());
  CHECK_FALSE(parse_call("urn:dslforum-org:service:Hosts:2#GetInfo", body).has_value());
  CHECK_FALSE(parse_call("GetInfo", body).has_value());
  CHECK_FALSE(parse_call(std::string(kType) + "#GetInfo", body.substr(0, 200)).has_value());
  CHECK_FALSE(parse_call(std::string(kType) + "#GetInfo", "").has_value());
}

TEST_CASE("a fault names the code in the namespace of the service") {
  CHECK(soap_fault("urn:schemas-upnp-org:service:WANIPConnection:1", 401) ==
        "<?xml version=\"1.0\"?>\n<s:Envelope "
        "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
        "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\n<s:Body>\n<s:Fault>\n"
        "<faultcode>s:Client</faultcode>\n<faultstring>UPnPError</faultstring>\n<detail>\n"
        "<UPnPError xmlns=\"urn:schemas-upnp-org:control-1-0\">\n<errorCode>401</errorCode>\n"
        "<errorDescription>Invalid Action</errorDescription>\n</UPnPError>\n</detail>\n"
        "</s:Fault>\n</s:Body>\n</s:Envelope>\n");
  CHECK(soap_fault(kType, 713).find("urn:dslforum-org:control-1-0") != std::string::npos);
}

TEST_CASE("a reply that was written is read back") {
  const std::string reply =
      soap_reply(kType, "GetInfo", soap_argument("NewA", "<&>\"") + soap_argument("NewB", ""));

  CHECK(read_reply(reply) ==
        std::vector<std::pair<std::string, std::string>>{{"NewA", "<&>\""}, {"NewB", ""}});
  CHECK_THROWS_WITH_AS(read_reply("<html>"), "not a SOAP reply", Error);
}

TEST_CASE("services are found at any depth, and the UPnP tree is open") {
  const std::string description =
      "<root><device><serviceList><service><serviceType>urn:dslforum-org:service:A:1</serviceType>"
      "<serviceId>urn:A-com:serviceId:A1</serviceId><controlURL>/a</controlURL>"
      "<SCPDURL>/a.xml</SCPDURL></service><!-- 2 --></serviceList><deviceList><device><serviceList>"
      "<service><serviceType>urn:schemas-upnp-org:service:B:1</serviceType>"
      "<serviceId>urn:x:serviceId:BC1</serviceId><controlURL>/b</controlURL>"
      "<SCPDURL>/b.xml</SCPDURL></service></serviceList></device></deviceList></device></root>";
  const auto services = read_services(description);

  REQUIRE(services.size() == 2);
  CHECK(services[0].name == "A1");
  CHECK_FALSE(services[0].open());
  CHECK(services[1].name == "BC1");
  CHECK(services[1].open());
  CHECK(read_services(with_service(description, {.name = "New1"})).size() == 3);
  CHECK_THROWS_WITH_AS(read_services("<root>"), "not XML: Start-end tags mismatch", Error);
}

TEST_CASE("an SCPD that was made up says the types that it was made from") {
  const auto actions =
      read_actions(write_scpd({{.name = "GetA",
                                .arguments = {{.name = "NewIndex", .in = true, .type = "ui2"},
                                              {.name = "NewX", .type = "i4"}}},
                               {.name = "GetB", .arguments = {{.name = "NewX"}}}}));

  REQUIRE(actions.size() == 2);
  CHECK(actions[0].arguments[0].name == "NewIndex");
  CHECK(actions[0].arguments[0].in);
  CHECK(actions[0].arguments[0].type == "ui2");
  CHECK(actions[0].arguments[1].type == "i4");
  CHECK_FALSE(actions[0].arguments[1].in);
  CHECK(actions[1].arguments[0].type == "string");
}

TEST_CASE("invented values fit their type, reach its ends, and are the same again") {
  const auto all = [](const Argument& argument) {
    std::set<std::string> values;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      values.insert(invented(argument, seed, "Service1.GetX"));
      CHECK(invented(argument, seed, "Service1.GetX") == invented(argument, seed, "Service1.GetX"));
    }
    return values;
  };
  for (const std::string& value : all({.name = "NewX", .type = "i4"})) {
    CHECK(std::stoll(value) >= -2'147'483'648);
    CHECK(std::stoll(value) <= 2'147'483'647);
  }
  for (const std::string& value : all({.name = "NewX", .type = "ui1"})) {
    CHECK(std::stoll(value) >= 0);
    CHECK(std::stoll(value) <= 255);
  }
  CHECK(all({.name = "NewX", .type = "i4"}).contains("-2147483648"));
  CHECK(all({.name = "NewX", .type = "ui4"}).contains("4294967295"));
  CHECK(all({.name = "NewX", .type = "boolean"}) == std::set<std::string>{"0", "1"});
  CHECK(all({.name = "NewX", .allowed = {"Up", "Down"}}) == std::set<std::string>{"Up", "Down"});
  CHECK(all({.name = "NewX"}).contains(""));
  CHECK(all({.name = "NewHostNumberOfEntries", .type = "ui2"}) == std::set<std::string>{"3"});
}

TEST_CASE("a fault that nobody knows is told with those that are known") {
  CHECK(find_fault("bad-xml") == Fault::bad_xml);
  CHECK_THROWS_WITH_AS(find_fault("rest"),
                       "unknown fault 'rest' (known: none, slow-drip, slow-body, reset, close, "
                       "silent, http500, html, huge, truncate, bad-xml, bad-json, auth, forbidden)",
                       Error);
}

TEST_CASE("bad-xml cuts XML and leaves JSON alone, with a length that agrees") {
  const auto answer = [](const char* type) {
    return http::ServerResponse::text(200, "123456789", type);
  };

  CHECK(text(spoiled(Fault::bad_xml, answer("text/xml")).body.at(0)) == "123456");
  CHECK(text(spoiled(Fault::bad_xml, answer("application/json")).body.at(0)) == "123456789");
  CHECK(text(spoiled(Fault::bad_json, answer("application/json")).body.at(0)) == "123456");
  CHECK(text(spoiled(Fault::none, answer("text/xml")).body.at(0)) == "123456789");
}

}  // namespace boxmeter::sim_reply_test
