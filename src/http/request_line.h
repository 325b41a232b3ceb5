#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace boxmeter::http {

/// Why a request is refused before it gets to its handler: the status, and a line of text for
/// people.
struct Rejection {
  int status = 0;
  std::string_view why = {};  // a literal
};

/// The first line of a request, decoded.
struct RequestLine {
  std::string method = {};  // one of those that HTTP defines
  std::string target = {};  // path and query as sent, "*" of OPTIONS
  std::string path = {};    // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query = {};  // decoded, '+' is a blank
  int minor = 1;                                                // HTTP/1.minor
};

/// A request line that is longer than this is refused with 414.
inline constexpr std::size_t kRequestLineLimit = 8192;

/// "GET /metrics?x=1 HTTP/1.1", by RFC 9112 section 3: origin-form, absolute-form
/// ("http://host/metrics", whose host means nothing to us), and "*" of OPTIONS.  Pure; any thread;
/// throws nothing.
std::variant<RequestLine, Rejection> parse_request_line(std::string_view text);

/// Whether `text` may be a method or the name of a header (RFC 9110 section 5.6.2).
bool is_token(std::string_view text);

/// Whether `text` may be the value of a Host header: host or host:port, or nothing at all, which
/// RFC 9112 section 3.2 wants of a client that has no host.
bool is_host_header(std::string_view text);

}  // namespace boxmeter::http
