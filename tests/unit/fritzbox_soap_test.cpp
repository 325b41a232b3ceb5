#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/scpd.h"
#include "device/fritzbox/soap.h"

using boxmeter::Error;
using boxmeter::ErrorKind;
using boxmeter::Refusal;
using boxmeter::Reply;
using namespace boxmeter::fritzbox;

namespace {

std::string envelope(const std::string& content) {
  return "<?xml version=\"1.0\"?>\n<s:Envelope "
         "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
         "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\n<s:Body>" +
         content + "</s:Body></s:Envelope>\n";
}

std::string fault(const std::string& code, const std::string& text, const std::string& space) {
  return envelope(
      "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring>\n<detail>"
      "<UPnPError xmlns=\"" +
      space + "\">\n<errorCode> " + code + "\n</errorCode><errorDescription>" + text +
      "</errorDescription></UPnPError></detail></s:Fault>");
}

std::string complaint(const std::string& body) {
  try {
    parse_soap(body);
    return "";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::protocol);
    return error.what();
  }
}

Reply reply_of(const Answer& answer) {
  Reply reply = Reply::object();
  for (const auto& [name, value] : answer.arguments) reply[name] = value;
  return reply;
}

const std::string kScpd = R"(<?xml version="1.0"?>
<scpd xmlns="urn:dslforum-org:service-1-0"><specVersion><major>1</major></specVersion>
<actionList><!-- 1 -->
<action><name>GetEntry</name><argumentList>
<argument><name>NewIndex</name><direction>in</direction><relatedStateVariable>I</relatedStateVariable></argument>
<argument><name>NewFilter</name><direction>in</direction><relatedStateVariable>S</relatedStateVariable></argument>
<argument><name>NewOn</name><direction>out</direction><relatedStateVariable>B</relatedStateVariable></argument>
<argument><name>NewCount</name><direction>out</direction><relatedStateVariable>U</relatedStateVariable></argument>
<argument><name>NewLevel</name><direction>out</direction><relatedStateVariable>I</relatedStateVariable></argument>
<argument><name>NewName</name><direction>out</direction><relatedStateVariable>S</relatedStateVariable></argument>
<argument><name>NewSince</name><direction>out</direction><relatedStateVariable>D</relatedStateVariable></argument>
<argument><name>NewLost</name><direction>out</direction><relatedStateVariable>gone</relatedStateVariable></argument>
</argumentList></action>
<action><name>GetNothing</name></action>
<action><name>Bye</name><argumentList/></action>
</actionList>
<serviceStateTable>
<stateVariable sendEvents="no"><name>B</name><dataType>boolean</dataType></stateVariable>
<stateVariable sendEvents="no"><name>U</name><dataType>ui4</dataType><defaultValue>0</defaultValue></stateVariable>
<stateVariable sendEvents="no"><name>I</name><dataType>i4</dataType></stateVariable>
<stateVariable sendEvents="no"><name>S</name><dataType>string</dataType></stateVariable>
<stateVariable sendEvents="no"><name>D</name><dataType>dateTime</dataType></stateVariable>
</serviceStateTable></scpd>)";

}  // namespace

TEST_CASE("a request names the action in the service's own namespace and escapes its arguments") {
  CHECK(
      soap_request("urn:dslforum-org:service:Hosts:1", "GetSpecificHostEntry",
                   {{"NewMACAddress", "00:00:5E:00:53:01"}, {"NewText", "<a & \"b\" 'c'>\x01"}}) ==
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<s:Envelope s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" "
      "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
      "<u:GetSpecificHostEntry xmlns:u=\"urn:dslforum-org:service:Hosts:1\">"
      "<NewMACAddress>00:00:5E:00:53:01</NewMACAddress>"
      "<NewText>&lt;a &amp; &quot;b&quot; &apos;c&apos;&gt;</NewText>"
      "</u:GetSpecificHostEntry></s:Body></s:Envelope>");
}

TEST_CASE("an answer is its arguments, in the box's order, empty ones left out") {
  const Answer answer = parse_soap(
      envelope("\n<u:GetInfoResponse xmlns:u=\"urn:dslforum-org:service:DeviceInfo:1\">\n"
               "<NewUpTime>369434</NewUpTime>\n<!-- x --><NewModelName> FRITZ!Box 7590 "
               "</NewModelName><NewDeviceLog/></u:GetInfoResponse>"));

  CHECK(!answer.fault);
  REQUIRE(answer.arguments.size() == 2);
  CHECK(answer.arguments[0].first == "NewUpTime");
  CHECK(answer.text("NewUpTime") == "369434");
  CHECK(answer.text("NewModelName") == "FRITZ!Box 7590");
  CHECK(answer.text("NewDeviceLog") == "");
  CHECK(answer.text("NewNothing") == "");
}

TEST_CASE("an answer without arguments is an answer") {
  CHECK(parse_soap(envelope("<u:BResponse xmlns:u=\"urn:x\"/>")).arguments.empty());
}

TEST_CASE("faults are read by code, in both namespaces, however padded") {
  for (const char* space : {"urn:dslforum-org:control-1-0", "urn:schemas-upnp-org:control-1-0"}) {
    const Answer answer = parse_soap(fault("401", "invalid action", space));

    REQUIRE(answer.fault);
    CHECK(answer.fault->code == 401);
    CHECK(answer.fault->text == "invalid action");
  }
  const Answer bare = parse_soap(envelope(
      "<s:Fault><faultcode>s:Server</faultcode><faultstring>out of order</faultstring></s:Fault>"));
  REQUIRE(bare.fault);
  CHECK(bare.fault->code == 0);
  CHECK(bare.fault->text == "out of order");
}

TEST_CASE("codes say what a box thinks of the request") {
  struct Row {
    int code;
    std::string_view name;
    Refusal refusal;
  };
  const Row rows[] = {
      {401, "Invalid Action", Refusal::unsupported},
      {402, "Invalid Args", Refusal::none},
      {501, "Action Failed", Refusal::none},
      {600, "Argument Value Invalid", Refusal::none},
      {602, "Optional Action Not Implemented", Refusal::unsupported},
      {603, "Out Of Memory", Refusal::none},
      {606, "Action Not Authorized", Refusal::denied},
      {713, "Specified Array Index Invalid", Refusal::none},
      {714, "No Such Entry In Array", Refusal::unsupported},
      {820, "Internal Error", Refusal::none},
      {866, "Second Factor Authentication Required", Refusal::denied},
      {12345, "", Refusal::none},
  };
  for (const Row& row : rows) {
    CHECK(upnp_error_name(row.code) == row.name);
    CHECK(refusal_of(row.code) == row.refusal);
  }
}

TEST_CASE("what is no SOAP is no answer") {
  CHECK(complaint("<html><body>401 Unauthorized (ERR_NONE)</body></html>") ==
        "the answer is HTML instead of XML");
  CHECK(complaint("<root><device/></root>") ==
        "the answer is XML but not SOAP: it starts with 'root'");
  CHECK(complaint("<s:Envelope xmlns:s=\"x\"><s:Body></s:Body></s:Envelope>") ==
        "the answer is XML but not SOAP: it starts with 'Envelope'");
  const std::string whole = envelope("<u:R xmlns:u=\"x\"><NewA>1</NewA></u:R>");
  for (std::size_t length = 1; length + 1 < whole.size(); ++length)
    CHECK(complaint(whole.substr(0, length)) != "");
}

TEST_CASE("values become what their SCPD says, and stay text where they do not fit") {
  const Scpd scpd = parse_scpd(kScpd);
  const Action* action = scpd.find("GetEntry");
  REQUIRE(action != nullptr);
  Answer answer = parse_soap(envelope(
      "<u:GetEntryResponse xmlns:u=\"urn:x\"><NewOn>1</NewOn><NewCount>5221019883</NewCount>"
      "<NewLevel>-15600</NewLevel><NewName>0815</NewName><NewSince>0001-01-01T00:00:00</NewSince>"
      "<NewLost>7</NewLost><NewUnheard>8</NewUnheard></u:GetEntryResponse>"));

  give_types(answer, *action);

  CHECK(reply_of(answer).dump() ==
        R"({"NewCount":5221019883,"NewLevel":-15600,"NewLost":"7","NewName":"0815","NewOn":true,)"
        R"("NewSince":"0001-01-01T00:00:00","NewUnheard":"8"})");
  CHECK(typed("18446744073709551615", ValueType::integer).dump() == "18446744073709551615");
  CHECK(typed("-9223372036854775808", ValueType::integer).dump() == "-9223372036854775808");
  CHECK(typed("18446744073709551616", ValueType::integer).dump() == "\"18446744073709551616\"");
  CHECK(typed("-", ValueType::integer).dump() == "\"-\"");
  CHECK(typed("12 dB", ValueType::integer).dump() == "\"12 dB\"");
  CHECK(typed("1.5", ValueType::integer).dump() == "\"1.5\"");
  CHECK(typed("0", ValueType::boolean).dump() == "false");
  CHECK(typed("yes", ValueType::boolean).dump() == "\"yes\"");
}

TEST_CASE("arguments are sent in the order of the SCPD, unknown ones last") {
  const Scpd scpd = parse_scpd(kScpd);

  const Arguments sent =
      in_order({{"NewExtra", "1"}, {"NewFilter", "2"}, {"NewIndex", "3"}}, *scpd.find("GetEntry"));

  CHECK(sent == Arguments{{"NewIndex", "3"}, {"NewFilter", "2"}, {"NewExtra", "1"}});
}

TEST_CASE("an SCPD knows its actions, also those without arguments") {
  const Scpd scpd = parse_scpd(kScpd);

  CHECK(scpd.actions.size() == 3);
  CHECK(scpd.find("GetNothing") != nullptr);
  CHECK(scpd.find("Bye") != nullptr);
  CHECK(scpd.find("GetSomething") == nullptr);
  CHECK_THROWS_WITH_AS(parse_scpd("<root/>"),
                       "the answer is XML but not the description of a service", Error);
}
