#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/tr064/documents.h"

namespace boxmeter::fritzbox_documents_test {

using namespace fritzbox;

TEST_CASE("the path of a document is the first argument that is called a path or an address") {
  const SoapAnswer path{
      .arguments = {{"NewIndex", 1}, {"NewPath", "/devicehostlist.lua?sid=0123"}}};
  const SoapAnswer named{
      .arguments = {{"NewPhonebookName", "/family"},
                    {"NewPhonebookExtraID", ""},
                    {"NewPhonebookURL", "http://box.invalid:49000/book.lua?id=0"}}};
  const SoapAnswer url{
      .arguments = {{"NewURL", "https://box.invalid:49443/calllist.lua?sid=0123"}}};
  const SoapAnswer plain{.arguments = {{"NewPath", "/list.xml"}}};
  const SoapAnswer none{.arguments = {{"NewName", "x"}}};

  CHECK(document_path(path, {}) == "/devicehostlist.lua?sid=0123");
  CHECK(document_path(named, {}) == "/book.lua?id=0");
  CHECK(document_path(url, {{"days", "1"}, {"max", "a b"}}) ==
        "/calllist.lua?sid=0123&days=1&max=a%20b");
  CHECK(document_path(plain, {{"days", "1"}}) == "/list.xml?days=1");
  CHECK_THROWS_WITH_AS(document_path(none, {}),
                       "the answer names no document (a 'list' request needs an action that "
                       "answers with a path or an XML list)",
                       Error);
}

TEST_CASE("a list inside of an answer is the document itself") {
  const SoapAnswer tam{.arguments = {{"NewTAMList",
                                      " <List><Stick>2</Stick><Item><Index>0</Index>"
                                      "<Enable>1</Enable></Item></List>"}}};
  const SoapAnswer cells{.arguments = {{"NewUptime", 12}, {"NewCellList", "<List/>"}}};
  const SoapAnswer none{.arguments = {{"NewName", "x"}, {"NewIndex", 1}}};

  CHECK(document_inside(tam)->dump() == R"({"Item":{"Enable":"1","Index":"0"},"Stick":"2"})");
  CHECK(document_inside(cells)->dump() == "{}");
  CHECK(!document_inside(none));
  CHECK_THROWS_WITH_AS(document_inside({.arguments = {{"NewList", "<List><a></List>"}}}),
                       "the answer is not XML: start-end tags mismatch at byte 11", Error);
}

TEST_CASE("a document is XML or JSON as it is") {
  CHECK(parse_document("<List><Item><Active>1</Active></Item></List>").dump() ==
        R"({"Item":{"Active":"1"}})");
  CHECK(parse_document(" {\"a\": 18446744073709551615}").dump() == R"({"a":18446744073709551615})");
  CHECK(parse_document("[1]").dump() == "[1]");
  CHECK(parse_document(R"({"a":1e400,"b":2})").dump() == R"({"a":null,"b":2})");
  CHECK(
      parse_document(R"({"a":"x\ud800y","b":"\udc00\u0000","c":"\ud83d\ude00\\u0000","\ud800":1})")
          .dump() ==
      "{\"a\":\"x\uFFFDy\",\"b\":\"\uFFFD\uFFFD\",\"c\":\"\U0001F600\\\\u0000\",\"\uFFFD\":1}");
  CHECK(parse_document(std::string_view("{\"a\":\"x\0y\tz\",\0\"b\":2}\0", 20)).dump() ==
        "{\"a\":\"x\uFFFDy\uFFFDz\",\"b\":2}");
  CHECK(parse_document("{\"a\": \"K\xFC"
                       "che\"}")
            .dump() ==
        "{\"a\":\"K\xEF\xBF\xBD"
        "che\"}");
  CHECK_THROWS_WITH_AS(parse_document("{\"a\": "), "answer is not JSON, or cut off", Error);
  CHECK_THROWS_WITH_AS(parse_document("<html>login</html>"), "the answer is HTML instead of XML",
                       Error);
  CHECK_THROWS_WITH_AS(parse_document(std::string(100'000, '[')),
                       "JSON nested deeper than 64 levels", Error);
  std::string many = "[";
  for (int i = 0; i < 400'000; ++i) many += "{},";
  CHECK_THROWS_WITH_AS(parse_document(many + "{}]"), "JSON of more than 300000 values", Error);
}

TEST_CASE("a mesh list holds every link once, by its uid or by its two ends") {
  const auto mesh = parse_document(R"({"schema_version": "7.8", "nodes": [
    {"uid": "n-1", "node_interfaces": [
      {"uid": "ni-1", "node_links": [
        {"uid": "nl-1", "state": "CONNECTED"}, {"uid": "nl-2"},
        {"node_interface_1_uid": "ni-1", "node_interface_2_uid": "ni-9"}]}]},
    {"uid": "n-2", "node_interfaces": [
      {"uid": "ni-9", "node_links": [
        {"uid": "nl-1", "state": "CONNECTED"},
        {"node_interface_1_uid": "ni-1", "node_interface_2_uid": "ni-9"},
        {"node_interface_1_uid": "ni-2", "node_interface_2_uid": "ni-9"}, {}]}]},
    {"uid": "n-3"}]})");

  CHECK(mesh["nodes"][0]["node_interfaces"][0]["node_links"].size() == 3);
  CHECK(mesh["nodes"][1]["node_interfaces"][0]["node_links"].dump() ==
        R"([{"end_2":{"node_id":"n-2"},"node_interface_1_uid":"ni-2",)"
        R"("node_interface_2_uid":"ni-9"},{}])");
}

TEST_CASE("a link of a mesh list tells of its two ends, no name longer than a label should be") {
  const auto mesh = parse_document(R"({"nodes": [
    {"uid": "n-1", "device_name": "box", "device_mac_address": "00:00:5E:00:53:01", "is_meshed": true,
     "mesh_role": "master", "device_model": "not told", "node_interfaces": [
      {"uid": "ni-1", "name": "AP:5G:0", "type": "WLAN", "node_links": [
        {"node_interface_1_uid": "ni-1", "node_interface_2_uid": "ni-9"}]}]},
    {"uid": "n-2", "device_name": ")" +
                                   std::string(127, 'x') + "é" + std::string(900, 'x') +
                                   R"(", "is_meshed": false, "node_interfaces": [
      {"uid": "ni-9", "name": "", "node_links": [
        {"node_interface_1_uid": "ni-7", "node_interface_2_uid": "ni-9"}]}]}]})");

  CHECK(
      mesh["nodes"][0]["node_interfaces"][0]["node_links"][0].dump() ==
      R"({"end_1":{"device_mac_address":"00:00:5E:00:53:01","device_name":"box",)"
      R"("interface_name":"AP:5G:0","interface_type":"WLAN","is_meshed":true,)"
      R"("mesh_role":"master","node_id":"00:00:5E:00:53:01"},"end_2":{"device_name":")" +
          std::string(127, 'x') +
          R"(...","is_meshed":false,"node_id":"n-2"},"node_interface_1_uid":"ni-1","node_interface_2_uid":"ni-9"})");
  CHECK(!mesh["nodes"][1]["node_interfaces"][0]["node_links"][0].contains("end_1"));
}

TEST_CASE("a mesh list of another shape is left as it is") {
  for (const char* text : {"{\"nodes\":1}", "{\"nodes\":[1,{\"node_interfaces\":2}]}",
                           "{\"nodes\":[{\"node_interfaces\":[3,{\"node_links\":4}]}]}"})
    CHECK(parse_document(text).dump() == text);
}

TEST_CASE("the last user is found in the list of users") {
  CHECK(last_user("<List><Username last_user=\"0\">a</Username>"
                  "<Username last_user=\"1\">fritz1234</Username></List>") == "fritz1234");
  CHECK(last_user("<List><Username last_user=\"0\">a</Username></List>") == "");
  CHECK(last_user("<List/>") == "");
  CHECK(last_user("") == "");
}

TEST_CASE("Layer3Forwarding names the connection's service") {
  CHECK(connection_service("1.WANPPPConnection.1") == "WANPPPConnection1");
  CHECK(connection_service(" 1.WANIPConnection.1 ") == "WANIPConnection1");
  CHECK(connection_service("1.X_AVM-DE_Other.1") == "");
  CHECK(connection_service("WANPPPConnection") == "");
  CHECK(connection_service("") == "");
}

}  // namespace boxmeter::fritzbox_documents_test
