#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "device/fritzbox/web/aha.h"
#include "error_of.h"
#include "places.h"

namespace boxmeter::fritzbox_aha_test {

using fritzbox::aha_as_sent;
using fritzbox::parse_aha;
using testing::error_of;

TEST_CASE("a list of devices keeps its numbers, and empty elements are absent") {
  CHECK(parse_aha("<?xml version=\"1.0\" ?>\n<devicelist version=\"1\">\n"
                  "<device identifier=\"1 2\" id=\"17\"><present>1</present><name>\n  A &amp; B\n"
                  "</name><hkr><tist>46</tist><tsoll>253</tsoll><lock/><errorcode></errorcode>"
                  "</hkr><powermeter>\n</powermeter></device></devicelist>\n")
            .dump() ==
        R"({"@version":"1","device":{"@id":"17","@identifier":"1 2","hkr":{"tist":"46",)"
        R"("tsoll":"253"},"name":"A & B","present":"1"}})");
  CHECK(parse_aha("<devicelist version=\"1\"></devicelist>").dump() == R"({"@version":"1"})");
}

TEST_CASE("one device is the reply itself") {
  CHECK(parse_aha("<device identifier=\"1\"><present>1</present></device>").dump() ==
        R"({"@identifier":"1","present":"1"})");
}

TEST_CASE("statistics are arrays of numbers, null where a sample is missing") {
  CHECK(parse_aha("<devicestats><temperature><stats count=\"3\" grid=\"900\">200,-, -15 </stats>"
                  "</temperature><energy><stats count=\"1\" grid=\"86400\">7</stats>"
                  "<stats count=\"0\" grid=\"2678400\"></stats></energy><humidity/></devicestats>")
            .dump() ==
        R"({"energy":{"stats":[{"@count":"1","@grid":"86400","values":[7]},)"
        R"({"@count":"0","@grid":"2678400"}]},)"
        R"("temperature":{"stats":{"@count":"3","@grid":"900","values":[200,null,-15]}}})");
  CHECK(parse_aha("<devicestats><power><stats>1,2</stats></power></devicestats>").dump() ==
        R"({"power":{"stats":{"values":[1,2]}}})");
  CHECK(parse_aha("<devicestats>text</devicestats>").dump() == R"("text")");
}

TEST_CASE("a plain answer is a value, absent where the box has none") {
  CHECK(parse_aha("1\n").dump() == R"({"value":"1"})");
  CHECK(parse_aha("087610000434,116570240192\n").dump() ==
        R"({"value":"087610000434,116570240192"})");
  CHECK(parse_aha("inval\n").dump() == "{}");
  CHECK(parse_aha("\n").dump() == "{}");
  CHECK(parse_aha("K\xFC"
                  "che")
            .dump() ==
        "{\"value\":\"K\xEF\xBF\xBD"
        "che\"}");
}

TEST_CASE("what is neither says so") {
  CHECK(error_of([] { parse_aha("<html>x</html>"); }) ==
        "protocol: the answer is HTML instead of XML");
  CHECK(error_of([] {
          parse_aha("<devicelist><device>");
        }).starts_with("protocol: the answer is not XML: "));
}

TEST_CASE("an answer as it came has its content type taken apart") {
  CHECK(aha_as_sent("text/plain; charset=utf-8", "1\n").dump() ==
        R"({"content":"1\n","content-type":"text/plain","encoding":"utf-8"})");
  CHECK(aha_as_sent("text/xml; charset=\"UTF-8\"; x=1", "<a/>").dump() ==
        R"({"content":"<a/>","content-type":"text/xml","encoding":"utf-8"})");
  CHECK(aha_as_sent("", "").dump() == R"({"content":"","content-type":"","encoding":""})");
}

TEST_CASE("only commands named get are for reading") {
  CHECK(fritzbox::is_reading_command("getdevicelistinfos"));
  CHECK(!fritzbox::is_reading_command("setswitchon"));
  CHECK(!fritzbox::is_reading_command("applytemplate"));
}

TEST_CASE("recorded lists of devices are read") {
  if (!has_corpus()) return;
  const auto folder = corpus() / "fritzbox/7590-154.07.57/aha";
  const auto read = [&](const char* name) { return parse_aha(read_file(folder / name)); };

  CHECK(read("base-device_list.xml")["device"].size() == 4);
  CHECK(read("base-device_list.xml")["group"]["switch"].dump() == R"({"mode":"auto","state":"1"})");
  CHECK(read("base-device_with_umlaut_in_name.xml")["device"]["name"] == "äöü");
  CHECK(
      read("button-device_button_fritzdect440.xml")["device"][0]["button"][2].dump() ==
      R"({"@id":"5006","@identifier":"12345 0000001-3","name":"Taster Wohnzimmer: Unten links"})");
  CHECK(!read("groups-device_list_thermostat.xml")["group"]["hkr"].contains("tist"));
  CHECK(!read("powermeter-device_list_faulty.xml")["device"].contains("powermeter"));
  CHECK(read("switch-device_list.xml")["device"][2]["etsiunitinfo"]["unittype"] == "262");
  CHECK(read("thermostat-device_hkr_fritzos_7_57.xml")["device"]["hkr"]["boostactive"] == "1");
  CHECK(read("thermostat-device_hkr_state_off.xml")["device"]["hkr"]["tsoll"] == "253");
}

}  // namespace boxmeter::fritzbox_aha_test
