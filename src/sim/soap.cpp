#include "sim/soap.h"

#include <algorithm>
#include <pugixml.hpp>

#include "base/error.h"
#include "base/text.h"
#include "http/encode.h"

namespace boxmeter::sim {
namespace {

constexpr std::string_view kEnvelope = "http://schemas.xmlsoap.org/soap/envelope/";

struct UpnpError {
  int code;
  std::string_view description;
};
constexpr UpnpError kErrors[] = {
    {401, "Invalid Action"},
    {402, "Invalid Args"},
    {501, "Action Failed"},
    {600, "Argument Value Invalid"},
    {602, "Optional Action Not Implemented"},
    {603, "Out Of Memory"},
    {606, "Action Not Authorized"},
    {713, "SpecifiedArrayIndexInvalid"},
    {714, "NoSuchEntryInArray"},
    {820, "Internal Error"},
    {866, "second factor authentication required"},
};

std::string_view description(int code) {
  for (const UpnpError& error : kErrors)
    if (error.code == code) return error.description;
  return "Unknown Error";
}

std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

pugi::xml_node child(const pugi::xml_node& node, std::string_view local) {
  for (const pugi::xml_node& found : node)
    if (local_name(found.name()) == local) return found;
  return {};
}

/// The namespace of the node, if the node itself declares it.
std::string_view own_namespace(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  const std::string attribute =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  return node.attribute(attribute.c_str()).value();
}

}  // namespace

std::string SoapCall::argument(std::string_view name) const {
  for (const auto& [argument, value] : arguments)
    if (argument == name) return value;
  return {};
}

std::optional<SoapCall> parse_call(std::string_view soap_action, std::string_view body) {
  soap_action = trim(soap_action);
  if (soap_action.size() > 1 && soap_action.starts_with('"') && soap_action.ends_with('"'))
    soap_action = soap_action.substr(1, soap_action.size() - 2);
  const auto hash = soap_action.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  const std::string_view type = soap_action.substr(0, hash), action = soap_action.substr(hash + 1);

  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  const pugi::xml_node call = child(child(document.document_element(), "Body"), action);
  if (!call || own_namespace(call) != type) return std::nullopt;
  SoapCall result{.service_type = std::string(type), .action = std::string(action)};
  for (const pugi::xml_node& argument : call)
    result.arguments.emplace_back(local_name(argument.name()), argument.text().get());
  return result;
}

std::vector<std::pair<std::string, std::string>> read_reply(std::string_view text) {
  pugi::xml_document document;
  document.load_buffer(text.data(), text.size());
  const pugi::xml_node response = child(document.document_element(), "Body").first_child();
  if (!response) throw Error(ErrorKind::config, "not a SOAP reply");
  std::vector<std::pair<std::string, std::string>> arguments;
  for (const pugi::xml_node& argument : response)
    arguments.emplace_back(local_name(argument.name()), argument.text().get());
  return arguments;
}

std::string soap_reply(std::string_view service_type, std::string_view action,
                       std::string_view arguments) {
  std::string text = "<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"";
  text.append(kEnvelope)
      .append("\" s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\n<s:Body>\n<u:")
      .append(action)
      .append("Response xmlns:u=\"")
      .append(service_type)
      .append("\">\n")
      .append(arguments)
      .append("</u:")
      .append(action)
      .append("Response>\n</s:Body>\n</s:Envelope>\n");
  return text;
}

std::string soap_fault(std::string_view service_type, int code) {
  const bool igd = service_type.starts_with("urn:schemas-upnp-org:");
  std::string text = "<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"";
  text.append(kEnvelope)
      .append(
          "\" s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\n"
          "<s:Body>\n<s:Fault>\n<faultcode>s:Client</faultcode>\n"
          "<faultstring>UPnPError</faultstring>\n<detail>\n<UPnPError xmlns=\"urn:")
      .append(igd ? "schemas-upnp-org" : "dslforum-org")
      .append(":control-1-0\">\n<errorCode>")
      .append(std::to_string(code))
      .append("</errorCode>\n<errorDescription>")
      .append(description(code))
      .append(
          "</errorDescription>\n</UPnPError>\n</detail>\n</s:Fault>\n</s:Body>\n"
          "</s:Envelope>\n");
  return text;
}

std::string xml_element(std::string_view name, std::string_view value) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_escaped(value) + "</" + tag + ">";
}

std::string soap_argument(std::string_view name, std::string_view value) {
  return xml_element(name, value) + "\n";
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string form_parameter(std::string_view body, std::string_view name) {
  for (const std::string_view field : split(body, '&')) {
    const auto equals = std::min(field.find('='), field.size());
    if (field.substr(0, equals) != name) continue;
    return http::percent_decoded(field.substr(std::min(equals + 1, field.size())),
                                 /*plus_is_blank=*/true);
  }
  return {};
}

std::string error_page(int status, std::string_view reason, std::string_view code) {
  const std::string title = std::to_string(status) + " " + std::string(reason);
  return "<HTML><HEAD><TITLE>" + title + " (" + std::string(code) + ")</TITLE></HEAD><BODY><H1>" +
         title + "</H1><BR>" + std::string(code) + "<HR><B>Webserver</B></BODY></HTML>\n";
}

}  // namespace boxmeter::sim
