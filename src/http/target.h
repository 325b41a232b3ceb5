#pragma once
#include <string>
#include <string_view>

namespace boxmeter::http {

/// The parts of a URL that a request needs.
struct Target {
  std::string origin = {};   // scheme://host:port: what two URLs to one server share
  std::string host = {};     // an IPv6 address without brackets
  std::string where = {};    // host:port, for messages
  std::string request = {};  // what stands in the request line: path and query
  bool https = false;
  bool address = false;  // the host is an IP address, not a name
};

/// Throws Error{config} for what is no http or https URL, has credentials in it or a character that
/// must be percent-encoded.  The message has neither credentials nor the query.  Pure; any thread.
Target parse_target(std::string_view text);

}  // namespace boxmeter::http
