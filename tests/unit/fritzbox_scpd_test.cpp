#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/tr064/scpd.h"

namespace boxmeter::fritzbox_scpd_test {

using namespace fritzbox;

namespace {

const std::string kScpd = R"(<?xml version="1.0"?>
<scpd xmlns="urn:dslforum-org:service-1-0"><specVersion><major>1</major></specVersion>
<actionList><!-- 1 -->
<action><name>GetEntry</name><argumentList><!-- 2 -->
<argument><name>NewIndex</name><direction>in</direction><relatedStateVariable>I</relatedStateVariable></argument>
<argument><name>NewFilter</name><direction>in</direction><relatedStateVariable>S</relatedStateVariable></argument>
<argument><name>NewOn</name><direction>out</direction><relatedStateVariable>B</relatedStateVariable></argument>
<argument><name>NewCount</name><direction>out</direction><relatedStateVariable>U</relatedStateVariable></argument>
<argument><name>NewLevel</name><direction>out</direction><relatedStateVariable>I</relatedStateVariable></argument>
<argument><name>NewName</name><direction>out</direction><relatedStateVariable>S</relatedStateVariable></argument>
<argument><name>NewSince</name><direction>out</direction><relatedStateVariable>D</relatedStateVariable></argument>
<argument><name>NewId</name><direction>out</direction><relatedStateVariable>Id</relatedStateVariable></argument>
<argument><name>NewLost</name><direction>out</direction><relatedStateVariable>gone</relatedStateVariable></argument>
</argumentList></action>
<action><name>GetNothing</name></action>
<action><name>Bye</name><argumentList/></action>
</actionList>
<serviceStateTable>
<stateVariable sendEvents="no"><name>B</name><dataType>boolean</dataType></stateVariable>
<stateVariable sendEvents="no"><name>U</name><dataType>ui4</dataType><defaultValue>0</defaultValue></stateVariable>
<stateVariable sendEvents="no"><name>I</name><dataType>i4</dataType>
<allowedValueRange><minimum>0</minimum><maximum>31</maximum><step>1</step></allowedValueRange></stateVariable>
<stateVariable sendEvents="no"><name>S</name><dataType>string</dataType><defaultValue/>
<allowedValueList><allowedValue>11i</allowedValue><!-- 3 --><allowedValue/></allowedValueList></stateVariable>
<stateVariable sendEvents="no"><name>D</name><dataType>dateTime</dataType></stateVariable>
<stateVariable sendEvents="no"><name>Id</name><dataType>uuid</dataType></stateVariable>
</serviceStateTable></scpd>)";

}  // namespace

TEST_CASE("a service's description tells its actions in order, and what their arguments may be") {
  using enum Argument::Direction;
  const Scpd scpd = parse_scpd(kScpd);

  REQUIRE(scpd.actions.size() == 3);
  CHECK(scpd.actions[0].name == "GetEntry");
  CHECK(scpd.actions[1] == Action{.name = "GetNothing"});
  CHECK(scpd.actions[2] == Action{.name = "Bye"});
  CHECK(scpd.find("Bye") == &scpd.actions[2]);
  CHECK(scpd.find("GetSomething") == nullptr);
  const Action& entry = scpd.actions[0];
  REQUIRE(entry.arguments.size() == 9);
  CHECK(entry.arguments[0] == Argument{.name = "NewIndex", .direction = in, .variable = 2});
  CHECK(entry.arguments[3] == Argument{.name = "NewCount", .direction = out, .variable = 1});
  CHECK(entry.find("NewCount", out) == &entry.arguments[3]);
  CHECK(entry.find("NewCount", in) == nullptr);
  CHECK(*scpd.variable_of(entry.arguments[0]) ==
        StateVariable{.name = "I",
                      .data_type = "i4",
                      .range = StateVariable::Range{.minimum = "0", .maximum = "31", .step = "1"}});
  CHECK(*scpd.variable_of(entry.arguments[1]) ==
        StateVariable{.name = "S", .data_type = "string", .allowed_values = {"11i", ""}});
  CHECK(scpd.variable_of(entry.arguments[3])->default_value == "0");
  CHECK(scpd.variable_of(entry.arguments[8]) == nullptr);  // NewLost: never declared
}

TEST_CASE("a description with prefixes, or without actions, is read as well") {
  const Scpd prefixed = parse_scpd(
      "<a:scpd xmlns:a=\"urn:x\"><a:actionList><a:action><a:name>GetInfo</a:name></a:action>"
      "</a:actionList></a:scpd>");

  CHECK(prefixed.find("GetInfo") != nullptr);
  CHECK(parse_scpd("<scpd><actionList/></scpd>") == Scpd{});
  CHECK(parse_scpd("<scpd/>") == Scpd{});
}

TEST_CASE("what is no description of a service says so") {
  CHECK_THROWS_WITH_AS(parse_scpd("<root/>"),
                       "the answer is XML but not the description of a service", Error);
  CHECK_THROWS_WITH_AS(parse_scpd("<HTML>off</HTML>"), "the answer is HTML instead of XML", Error);
}

TEST_CASE("values become what their SCPD says, and stay text where they do not fit") {
  const Scpd scpd = parse_scpd(kScpd);
  const Action* action = scpd.find("GetEntry");
  REQUIRE(action != nullptr);
  SoapAnswer answer{.arguments = {{"NewOn", "1"},
                                  {"NewCount", "5221019883"},
                                  {"NewLevel", "-15600"},
                                  {"NewName", "0815"},
                                  {"NewSince", "0001-01-01T00:00:00"},
                                  {"NewId", "uuid:123e4567-e89b"},
                                  {"NewLost", "7"},
                                  {"NewUnheard", "8"},
                                  {"NewIndex", "9"}}};  // declared, but to be sent

  give_types(answer, scpd, *action);

  Reply typed_values = Reply::array();
  for (const auto& [name, value] : answer.arguments) typed_values.push_back(value);
  CHECK(typed_values.dump() ==
        R"([true,5221019883,-15600,"0815","0001-01-01T00:00:00","123e4567-e89b","7","8","9"])");
  CHECK(typed("18446744073709551615", ValueType::integer).dump() == "18446744073709551615");
  CHECK(typed("-9223372036854775808", ValueType::integer).dump() == "-9223372036854775808");
  CHECK(typed("18446744073709551616", ValueType::integer).dump() == "\"18446744073709551616\"");
  CHECK(typed("-", ValueType::integer).dump() == "\"-\"");
  CHECK(typed("12 dB", ValueType::integer).dump() == "\"12 dB\"");
  CHECK(typed("1.5", ValueType::integer).dump() == "\"1.5\"");
  CHECK(typed("0", ValueType::boolean).dump() == "false");
  CHECK(typed("yes", ValueType::boolean).dump() == "\"yes\"");
}

}  // namespace boxmeter::fritzbox_scpd_test
