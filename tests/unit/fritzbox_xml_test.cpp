#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox_xml_test {

using fritzbox::xml_to_json;

namespace {

std::string json(std::string_view xml) { return xml_to_json(xml).dump(); }

std::string complaint(const std::string& xml, ErrorKind kind = ErrorKind::protocol) {
  try {
    return "read as " + json(xml);
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    return error.what();
  }
}

std::string nested(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += "<a>";
  text += "x";
  for (int i = 0; i < levels; ++i) text += "</a>";
  return text;
}

}  // namespace

TEST_CASE("XML becomes JSON as the design says") {
  CHECK(json("<List><Item>1</Item><Item>2</Item></List>") == R"({"Item":["1","2"]})");
  CHECK(json("<List><Item>1</Item></List>") == R"({"Item":"1"})");
  CHECK(json("<List><Item><Index>1</Index></Item><Item><Index>2</Index></Item></List>") ==
        R"({"Item":[{"Index":"1"},{"Index":"2"}]})");
  CHECK(json("<d id=\"7\" name=\" x \"><on>1</on></d>") == R"({"@id":"7","@name":"x","on":"1"})");
  CHECK(json("<d><stats count=\"2\"> 1,2 </stats></d>") ==
        R"({"stats":{"#text":"1,2","@count":"2"}})");
  CHECK(json("<d><a/><b></b><c> \n </c><e>x</e></d>") == R"({"e":"x"})");
  CHECK(json("<d><a><b/></a></d>") == R"({"a":{}})");
  CHECK(json("<d>only text</d>") == R"("only text")");
  CHECK(json("<d/>") == "{}");
  CHECK(json("<d>  \n</d>") == "{}");
}

TEST_CASE("comments, CDATA, entities, namespaces and white space do not get in the way") {
  CHECK(json("<?xml version=\"1.0\"?>\n<!-- a --><l><!-- b --><i>1</i><!-- c --></l><!-- d -->") ==
        R"({"i":"1"})");
  CHECK(json("<l><i> a<!-- b -->c </i></l>") == R"({"i":"ac"})");
  CHECK(json("<l><i><![CDATA[<b> & c]]></i></l>") == R"({"i":"<b> & c"})");
  CHECK(json("<l><i>&lt;&amp;&#228;&quot;</i></l>") == "{\"i\":\"<&\xC3\xA4\\\"\"}");
  CHECK(json("<j:B xmlns:j=\"urn:x\"><j:Name>y</j:Name></j:B>") == R"({"j:Name":"y"})");
}

TEST_CASE("bytes that are not UTF-8 are replaced and cost nothing else") {
  CHECK(json("<l><n>K\xFC"
             "che</n><m>1</m></l>") ==
        "{\"m\":\"1\",\"n\":\"K\xEF\xBF\xBD"
        "che\"}");
}

TEST_CASE("what is not XML to its end is no answer") {
  CHECK(complaint("") == "the answer is empty");
  CHECK(complaint(" \r\n") == "the answer is empty");
  CHECK(complaint("<HTML><body>off</body></HTML>") == "the answer is HTML instead of XML");
  CHECK(complaint("\n<!DOCTYPE html><html/>") == "the answer is HTML instead of XML");
  CHECK(complaint("<a><b>1</b>") == "the answer is not XML: start-end tags mismatch at byte 10");
  CHECK(complaint("<a><b>1</c></a>") == "the answer is not XML: start-end tags mismatch at byte 9");
  CHECK(complaint("{\"a\": 1}") == "the answer is not XML: no document element found at byte 8");
}

TEST_CASE("nesting is bounded, and a million levels do not crash") {
  CHECK(json(nested(64)).size() > 64);
  CHECK(complaint(nested(65), ErrorKind::too_large) ==
        "the answer is nested deeper than 64 levels");
  CHECK(complaint(nested(100'000), ErrorKind::too_large) ==
        "the answer is nested deeper than 64 levels");
  CHECK(complaint(nested(500'000), ErrorKind::too_large) == "the answer has more than 300000 tags");
}

}  // namespace boxmeter::fritzbox_xml_test
