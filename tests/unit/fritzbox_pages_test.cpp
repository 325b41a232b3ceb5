#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/web/pages.h"

namespace boxmeter::fritzbox_pages_test {

using fritzbox::parse_page;
using fritzbox::parse_rest;
using fritzbox::parse_variables;

namespace {

/// "kind/refusal: message"
template <typename Step>
std::string failure_of(Step&& step) {
  try {
    step();
    return "no error";
  } catch (const Error& error) {
    const char* refusals[] = {"", "/idle", "/unsupported", "/denied"};
    return std::string(name(error.kind())) + refusals[static_cast<int>(error.refusal())] + ": " +
           error.what();
  }
}

std::string page_failure(const std::string& body) {
  return failure_of([&] { parse_page("ecoStat", body); });
}

std::string rest_failure(int status, const std::string& body) {
  return failure_of([&] { parse_rest(status, body); });
}

}  // namespace

TEST_CASE("a page is what stands in its data") {
  CHECK(parse_page("ecoStat",
                   R"({"pid":"ecoStat","hide":{},"timeTillLogout":"1200","time":[],)"
                   R"("data":{"cputemp":{"series":[[58,61]]}},"sid":"0123456789abcdef"})")
            .dump() == R"({"cputemp":{"series":[[58,61]]}})");
}

TEST_CASE("a page that a firmware took away is unsupported, however the box says so") {
  const std::string gone = "refused/unsupported: this firmware has no page 'ecoStat' ";
  CHECK(page_failure("") == gone + "(the answer is empty)");
  CHECK(page_failure("\n<!DOCTYPE html><html></html>") == gone + "(the answer is HTML)");
  CHECK(page_failure(R"({"pid":"overview","data":{}})") ==
        gone + "(the answer is page 'overview')");
  CHECK(page_failure(R"({"pid":"ecoStat"})") == gone + "(the answer has no data)");
  CHECK(page_failure(R"({"pid":"ecoStat","data":{}})") == gone + "(the answer has no data)");
  CHECK(page_failure(R"({"pid":"ecoStat","data":[]})") == gone + "(the answer has no data)");
  CHECK(page_failure(R"({"pid":"ecoStat","data":null})") == gone + "(the answer has no data)");
  CHECK(page_failure(R"({"pid":"ecoStat","data":""})") == gone + "(the answer has no data)");
  CHECK(page_failure("[]") == gone + "(the answer has no data)");
  CHECK(page_failure("{\"pid\":") == "protocol: answer is not JSON, or cut off");
  CHECK(page_failure(std::string(100, '[')) == "too_large: JSON nested deeper than 64 levels");
}

TEST_CASE("variables that a firmware does not have are absent") {
  CHECK(parse_variables(R"({"a":"61,60","b":"","c":null})").dump() == R"({"a":"61,60"})");
  CHECK(failure_of([] { parse_variables(R"({"a":""})"); }) ==
        "refused/unsupported: this firmware has none of these variables");
  CHECK(failure_of([] { parse_variables(R"({"a":"no-emu","b":""})"); }) ==
        "refused/unsupported: this firmware has none of these variables");
  CHECK(parse_variables(R"({"a":"61,60","b":"no-emu","c":"er"})").dump() == R"({"a":"61,60"})");
  CHECK(failure_of([] { parse_variables("<html></html>"); }) ==
        "refused/unsupported: this firmware has no query.lua");
  CHECK(failure_of([] { parse_variables("[1]"); }) ==
        "protocol: the answer of query.lua is no object");
}

TEST_CASE("a variable that the box failed to read is a failure, not an empty answer") {
  CHECK(failure_of([] { parse_variables(R"({"a":"er","b":"no-emu","c":"er"})"); }) ==
        "refused: the box failed to read a, c (\"er\")");
}

TEST_CASE("an error that comes as a success is an error") {
  CHECK(page_failure(R"({"pid":"ecoStat","data":{"errors":[{"code":7,"message":"busy"}]}})") ==
        "refused: the page has error 7: busy");
  CHECK(rest_failure(200, R"({"errors":[{"code":1000,"message":"bad value"}],"devices":[]})") ==
        "refused: HTTP 200, but error 1000: bad value");
  CHECK(rest_failure(200, R"({"errors":[7]})") == "refused: HTTP 200, but an error without a name");
}

TEST_CASE("variables of an open branch may be read, and no others") {
  CHECK(fritzbox::is_open_variable("cpu:status/StatTemperature"));
  CHECK(fritzbox::is_open_variable("inetstat:status/Today/BytesSentHigh"));
  CHECK(fritzbox::is_open_variable("landevice:settings/landevice/list(UID,ip,mac)"));
  CHECK(!fritzbox::is_open_variable("cpu:status/"));
  CHECK(!fritzbox::is_open_variable("wlan:settings/psk"));
  CHECK(!fritzbox::is_open_variable("landevice:settings/landevice0/ip"));
}

TEST_CASE("a path of the REST interface is taken as people write it") {
  CHECK(fritzbox::rest_path("smarthome/overview") == "smarthome/overview");
  CHECK(fritzbox::rest_path("/smarthome/overview") == "smarthome/overview");
  CHECK(fritzbox::rest_path("/api/v0/smarthome/overview") == "smarthome/overview");
}

TEST_CASE("a refusal of the REST interface has the box's words; none of it is unsupported") {
  const std::string none =
      "refused/unsupported: this firmware has no Smart Home REST interface (FRITZ!OS 8.20 and "
      "later have)";
  CHECK(parse_rest(200, R"({"devices":[]})").dump() == R"({"devices":[]})");
  CHECK(rest_failure(404, "<HTML>404</HTML>") == none);
  CHECK(rest_failure(404, "") == none);
  CHECK(rest_failure(303, "") == none);
  CHECK(rest_failure(200, "<html>login</html>") == none);
  CHECK(rest_failure(404, R"({"errors":[{"code":2001,"message":"[UID_NOT_FOUND] x"}]})") ==
        "refused/unsupported: HTTP 404 (error 2001: [UID_NOT_FOUND] x)");
  CHECK(rest_failure(400, R"({"errors":[{"code":1000,"message":"bad value"}]})") ==
        "refused: HTTP 400 (error 1000: bad value)");
  CHECK(rest_failure(400, R"({"errors":[]})") == "refused: HTTP 400");
  CHECK(rest_failure(400, R"({"errors":[{"code":"x","message":7}]})") == "refused: HTTP 400");
  CHECK(rest_failure(503, "<html>busy</html>") == "protocol: HTTP 503 instead of an answer");
}

}  // namespace boxmeter::fritzbox_pages_test
