#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// SOAP as a Fritz!Box speaks it, and other texts of its servers.  Pure; any thread.
namespace boxmeter::sim {

/// The types of what a box sends, spelt as it spells them.
inline constexpr std::string_view kSoapType = "text/xml; charset=\"utf-8\"";
inline constexpr std::string_view kHtmlType = "text/html";

/// A request of a client: one action of one service.
struct SoapCall {
  std::string service_type = {};
  std::string action = {};
  std::vector<std::pair<std::string, std::string>> arguments = {};

  /// Empty if it was not sent.
  std::string argument(std::string_view name) const;
};

/// nullopt unless header and body are well-formed and name the same action of the same service.
std::optional<SoapCall> parse_call(std::string_view soap_action, std::string_view body);

/// The arguments of a reply.  Throws Error{config} if it is not one.
std::vector<std::pair<std::string, std::string>> read_reply(std::string_view text);

/// The reply to `action` in its envelope; `arguments` are escaped already.
std::string soap_reply(std::string_view service_type, std::string_view action,
                       std::string_view arguments);

/// The body of an HTTP 500 with a UPnP error; its namespace is that of TR-064 or IGD, like the
/// service's.
std::string soap_fault(std::string_view service_type, int code);

std::string xml_escaped(std::string_view text);
/// "<name>value</name>", the value escaped.
std::string xml_element(std::string_view name, std::string_view value);
/// The same with a line break behind it.
std::string soap_argument(std::string_view name, std::string_view value);

/// A field of an application/x-www-form-urlencoded body, decoded; empty if there is none.
std::string form_parameter(std::string_view body, std::string_view name);

/// An error page as the box's web server writes it.
std::string error_page(int status, std::string_view reason, std::string_view code);

}  // namespace boxmeter::sim
