#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "yaml/section.h"

// Addresses as a configuration writes them.  Pure, any thread.
namespace boxmeter {

/// A URL in its pieces; `rest` is everything from the path on.  What was left away is empty.
struct Url {
  std::string scheme, host, port, rest;
};

/// Throws Error{config} with the place.  A password in the URL is quoted by no message.
Url parse_url(const Value& value);

/// scheme://host[:port]
std::string origin(const Url& url);

/// What messages may show: a query may hold a token.
std::string without_query(const std::string& url);

/// A name, an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view host);
/// 0 to 65535.
bool is_port(std::string_view text);

/// "host:port" at its last colon outside brackets; an empty port where there is none.
std::pair<std::string_view, std::string_view> split_port(std::string_view text);

}  // namespace boxmeter
