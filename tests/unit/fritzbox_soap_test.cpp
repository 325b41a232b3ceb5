#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/tr064/soap.h"

namespace boxmeter::fritzbox_soap_test {

using namespace fritzbox;

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

TEST_CASE("an answer is its arguments, in the box's order, with their blanks") {
  const SoapAnswer answer = parse_soap(
      envelope("\n<u:GetInfoResponse xmlns:u=\"urn:dslforum-org:service:DeviceInfo:1\">\n"
               "<NewUpTime>369434</NewUpTime>\n<!-- x --><NewModelName> FRITZ!Box 7590 "
               "</NewModelName><NewDeviceLog/></u:GetInfoResponse>"));

  CHECK(!answer.fault);
  REQUIRE(answer.arguments.size() == 3);
  CHECK(answer.arguments[0].first == "NewUpTime");
  CHECK(answer.arguments[1].second == " FRITZ!Box 7590 ");
  CHECK(answer.arguments[2].second == "");
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
    const SoapAnswer answer = parse_soap(fault("401", "invalid action", space));

    REQUIRE(answer.fault);
    CHECK(answer.fault->code == 401);
    CHECK(answer.fault->text == "invalid action");
  }
  const SoapAnswer bare = parse_soap(envelope(
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

}  // namespace boxmeter::fritzbox_soap_test
