#pragma once
#include <string>
#include <string_view>

namespace boxmeter::http {

/// Where a URL leads.
struct Target {
  std::string origin = {};  // scheme://host:port as written: what two URLs to one server share
  std::string host = {};    // an IPv6 address without brackets
  std::string where = {};   // host:port, for messages
  bool https = false;
  bool address = false;  // the host is an IP address, not a name
};

/// Throws Error{config} for what is no http or https URL or has credentials in it.  The message
/// tells neither credentials nor the query; so with check_characters().
Target parse_target(std::string_view url);

/// Throws Error{config} for a URL with a character that must be percent-encoded.
void check_characters(std::string_view url);

/// scheme://host:port of a URL, as written.
std::string_view origin_of(std::string_view url);

/// What stands in the request line: path and query, "/" when the URL has none.
std::string request_target(std::string_view url);

}  // namespace boxmeter::http
