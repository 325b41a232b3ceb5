#include "device/fritzbox/tr064/soap.h"

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

struct Code {
  int number;
  std::string_view name;
  Refusal refusal = Refusal::none;
  std::string_view way_out = {};
};

constexpr std::string_view kConfirm =
    "confirm it at the box: do this in its web pages, or switch off the additional confirmation "
    "there (System, FRITZ!Box Users)";

/// AVM's "TR-064 First Steps", UPnP Device Architecture 1.0, section 3.2.2, and for 703 to 727
/// WANIPConnection:1 and :2.
constexpr Code kCodes[] = {
    {401, "Invalid Action", Refusal::unsupported},
    {402, "Invalid Args"},
    {501, "Action Failed"},
    {600, "Argument Value Invalid"},
    {601, "Argument Value Out Of Range"},
    {602, "Optional Action Not Implemented", Refusal::unsupported},
    {603, "Out Of Memory"},
    {604, "Human Intervention Required"},
    {605, "String Argument Too Long"},
    {606, "Action Not Authorized", Refusal::denied},
    {703, "Inactive Connection State Required"},
    {704, "Connection Setup Failed"},
    {705, "Connection Setup In Progress"},
    {706, "Connection Not Configured"},
    {707, "Disconnect In Progress"},
    {708, "Invalid Layer2 Address"},
    {709, "Internet Access Disabled"},
    {710, "Invalid Connection Type"},
    {711, "Connection Already Terminated"},
    {713, "Specified Array Index Invalid"},
    {714, "No Such Entry In Array", Refusal::unsupported},
    {715, "Wild Card Not Permitted In Source IP"},
    {716, "Wild Card Not Permitted In External Port"},
    {718, "Conflict In Mapping Entry"},
    {724, "Same Port Values Required"},
    {725, "Only Permanent Leases Supported"},
    {726, "Remote Host Only Supports Wildcard"},
    {727, "External Port Only Supports Wildcard"},
    {801, "String Argument Too Short"},
    {802, "String Argument Too Long"},
    {803, "String Argument Contains Invalid Characters"},
    {820, "Internal Error"},
    {866, "Second Factor Authentication Required", Refusal::denied, kConfirm},
    {867, "Second Factor Authentication Blocked", Refusal::denied,
     "too many confirmations failed: wait, then do this in the box's web pages"},
    {868, "Second Factor Authentication Busy", Refusal::denied,
     "another confirmation is under way: try again when it has ended"},
};

const Code* find_code(int number) {
  const auto* found = std::ranges::find(kCodes, number, &Code::number);
  return found == std::end(kCodes) ? nullptr : found;
}

void append_escaped(std::string& body, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '&':
        body += "&amp;";
        break;
      case '<':
        body += "&lt;";
        break;
      case '>':
        body += "&gt;";
        break;
      case '"':
        body += "&quot;";
        break;
      case '\'':
        body += "&apos;";
        break;
      default:
        // XML 1.0 cannot express the other control characters.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r') body += c;
    }
  }
}

Fault to_fault(const pugi::xml_node& fault) {
  const pugi::xml_node error = child(child(fault, "detail"), "UPnPError");
  const std::string code = text(child(error, "errorCode"));
  Fault result{.code = parse_integer<int>(trim(code)).value_or(0),
               .text = text(child(error, "errorDescription"))};
  if (result.text.empty()) result.text = text(child(fault, "faultstring"));
  return result;
}

/// Text untrimmed, since NewAllowedCharsPassword ends in a blank.  XML that a box forgot to escape
/// becomes JSON.
Reply argument_value(const pugi::xml_node& argument) {
  const bool has_elements =
      !argument
           .find_child([](const pugi::xml_node& node) { return node.type() == pugi::node_element; })
           .empty();
  if (has_elements) return to_json(argument);
  std::string text;
  for (const pugi::xml_node& node : argument) text += node.value();  // text, CDATA, no comments
  return text;
}

}  // namespace

std::string soap_request(std::string_view service_type, std::string_view action,
                         const Arguments& arguments) {
  std::string body =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<s:Envelope s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" "
      "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><u:";
  body.append(action).append(" xmlns:u=\"");
  append_escaped(body, service_type);
  body.append("\">");
  for (const auto& [name, value] : arguments) {
    body.append("<").append(name).append(">");
    append_escaped(body, value);
    body.append("</").append(name).append(">");
  }
  return body.append("</u:").append(action).append("></s:Body></s:Envelope>");
}

std::string SoapAnswer::text(std::string_view name) const {
  const auto found =
      std::ranges::find(arguments, name, [](const auto& a) -> std::string_view { return a.first; });
  if (found == arguments.end()) return "";
  return found->second.is_string() ? std::string(trim(found->second.get_ref<const std::string&>()))
                                   : found->second.dump();
}

SoapAnswer parse_soap(std::string_view body) {
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node envelope = document.document_element();
  const pugi::xml_node content = child(envelope, "Body").find_child([](const pugi::xml_node& node) {
    return node.type() == pugi::node_element;
  });
  if (local_name(envelope) != "Envelope" || !content)
    throw Error(ErrorKind::protocol, "the answer is XML but not SOAP: it starts with '" +
                                         std::string(local_name(envelope)).substr(0, 40) + "'");
  SoapAnswer answer;
  if (local_name(content) == "Fault") {
    answer.fault = to_fault(content);
    return answer;
  }
  for (const pugi::xml_node& argument : content) {
    if (argument.type() != pugi::node_element) continue;
    answer.arguments.emplace_back(local_name(argument), argument_value(argument));
  }
  return answer;
}

std::string_view upnp_error_name(int code) {
  const Code* found = find_code(code);
  return found == nullptr ? std::string_view() : found->name;
}

std::string_view upnp_way_out(int code) {
  const Code* found = find_code(code);
  return found == nullptr ? std::string_view() : found->way_out;
}

Refusal refusal_of(int code) {
  const Code* found = find_code(code);
  return found == nullptr ? Refusal::none : found->refusal;
}

}  // namespace boxmeter::fritzbox
