#include "http/request_line.h"

#include <algorithm>

#include "base/text.h"
#include "http/encode.h"
#include "http/url.h"

namespace boxmeter::http {
namespace {

constexpr Rejection kNotHttp{400, "the request is not HTTP/1.1\n"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Blanks and control characters end or break a line; what is not ASCII is let pass, because
/// clients send it.
bool is_target_text(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
  });
}

/// CONNECT is not among them: this is no proxy.
bool is_known_method(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET",   "HEAD",    "POST",  "PUT",
                                           "PATCH", "OPTIONS", "TRACE", "DELETE"};
  return std::ranges::find(kMethods, method) != std::end(kMethods);
}

/// Path and query of an absolute URL; empty when it is none of ours.
std::string origin_form(std::string_view target) {
  const auto url = parse_url(target);
  const bool ours = url && (url->scheme == "http" || url->scheme == "https");
  if (!ours || url->has_credentials) return {};
  return (url->rest.starts_with('/') ? "" : "/") + url->rest;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto piece : split(text, '&')) {
    const auto equals = std::min(piece.find('='), piece.size());
    if (equals == 0) continue;
    const auto value = piece.substr(std::min(equals + 1, piece.size()));
    query.emplace_back(percent_decoded(piece.substr(0, equals), /*plus_is_blank=*/true),
                       percent_decoded(value, /*plus_is_blank=*/true));
  }
  return query;
}

/// Fills path and query; false when the target is no target.
bool read_target(std::string_view text, RequestLine& line) {
  if (text == "*") {
    line.target = line.path = "*";
    return line.method == "OPTIONS";
  }
  line.target = text.starts_with('/') ? std::string(text) : origin_form(text);
  if (line.target.empty()) return false;
  line.target.resize(std::min(line.target.find('#'), line.target.size()));
  const auto mark = line.target.find('?');
  line.path = percent_decoded(std::string_view(line.target).substr(0, mark), false);
  if (mark != std::string::npos)
    line.query = parse_query(std::string_view(line.target).substr(mark + 1));
  return true;
}

}  // namespace

std::variant<RequestLine, Rejection> parse_request_line(std::string_view text) {
  if (text.size() > kRequestLineLimit) return Rejection{414, "the path is too long\n"};
  const auto words = split(text, ' ');
  if (words.size() != 3 || !is_token(words[0]) || !is_target_text(words[1])) return kNotHttp;
  const auto version = words[2];
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7]))
    return kNotHttp;
  if (version[5] != '1') return Rejection{505, "only HTTP/1.1 and HTTP/1.0 are spoken here\n"};
  if (!is_known_method(words[0])) return Rejection{501, "the method is not known here\n"};
  RequestLine line{.method = std::string(words[0]), .minor = version[7] - '0'};
  if (!read_target(words[1], line))
    return Rejection{400, "the target of the request is no path and no URL\n"};
  return line;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_host_header(std::string_view text) {
  if (text.empty()) return true;
  const auto url = parse_url(text);
  return url && url->scheme.empty() && url->rest.empty() && !url->has_credentials;
}

}  // namespace boxmeter::http
