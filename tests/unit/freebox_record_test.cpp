#include <doctest/doctest.h>

#include "device/freebox/freebox.h"
#include "device/kinds.h"

namespace boxmeter::freebox_record_test {
namespace {

std::pair<std::string, std::string> history(const Recorded& before, std::string body,
                                            const std::string& asked = R"({"db":"net"})") {
  return freebox::kKind.record.file(
      before, {.method = http::Method::post, .url = "http://192.0.2.1/api/v8/rrd/", .body = asked},
      {.status = 200, .body = std::move(body)});
}

}  // namespace

TEST_CASE("what several packs ask of a history is one file, a moment's values together") {
  const auto [file, text] =
      history({}, R"({"success":true,"result":{"data":[{"time":1,"rate_up":2}]}})");
  CHECK(file == "get/rrd_net.json");
  const auto both =
      history({{file, text}}, R"({"success":true,"result":{"data":[{"time":1,"rate_down":3}]}})");
  CHECK(Reply::parse(both.second)["result"]["data"] ==
        Reply::parse(R"([{"time":1,"rate_up":2,"rate_down":3}])"));
}

TEST_CASE("a history of an odd shape is no reason to end a recording") {
  using Nothing = std::pair<std::string, std::string>;
  const Recorded before = {
      {"get/rrd_net.json", R"({"success":true,"result":{"data":[1,{"a":1}]}})"}};
  CHECK(history({}, R"({"success":"yes"})") == Nothing());
  CHECK(history({}, R"({"success":1})") == Nothing());
  CHECK(history({}, "[1") == Nothing());
  CHECK(history(before, R"({"success":true,"result":[1]})").second == before.begin()->second);
  CHECK(Reply::parse(history(before, R"({"success":true,"result":{"data":[{"b":2},2]}})").second) ==
        Reply::parse(R"({"success":true,"result":{"data":[{"b":2},2]}})"));
  CHECK(history({}, R"({"success":true})", R"({"db":7})").first == "get/rrd_.json");
}

}  // namespace boxmeter::freebox_record_test
