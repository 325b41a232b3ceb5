#include "device/address.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace boxmeter {

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port <= 65535;
}

bool is_host(std::string_view host) {
  const bool is_v6 = host.starts_with('[') && host.ends_with(']');
  if (is_v6) host = host.substr(1, host.size() - 2);
  const auto fits = [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || (is_v6 && (c == ':' || c == '%'));
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, fits) &&
         (!is_v6 || host.find(':') != std::string_view::npos);
}

std::pair<std::string_view, std::string_view> split_port(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
    return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

Url parse_url(const Value& value) {
  const std::string text = value.text();
  // Anywhere before the query: where a slash is missing or too many, a password is not where it
  // should be.
  if (without_query(text).find('@') != std::string::npos)
    throw value.problem(value.name() +
                        " must not hold a user or a password; they have keys of their own");
  Url url;
  std::string_view rest = text;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    url.scheme = lower(rest.substr(0, scheme));
    rest.remove_prefix(scheme + 3);
  }
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  url.rest = rest.substr(end);
  const auto [host, port] = split_port(authority);
  const bool port_fits = authority.size() == host.size() || (is_port(port) && port != "0");
  const bool scheme_fits = url.scheme.empty() || url.scheme == "http" || url.scheme == "https";
  if (!scheme_fits || !is_host(host) || !port_fits)
    throw value.problem(value.name() + " must look like https://host:port, not '" +
                        without_query(text) + "'");
  url.host = host;
  url.port = port;
  return url;
}

std::string origin(const Url& url) {
  return url.scheme + "://" + url.host + (url.port.empty() ? "" : ":" + url.port);
}

}  // namespace boxmeter
