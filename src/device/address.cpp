#include "device/address.h"

#include <utility>

namespace boxmeter {

http::Url read_url(const Value& value) {
  const std::string text = value.text();
  // Any '@' before the query, not just one in the authority: in a mistyped URL (a slash missing or
  // too many) the password stands elsewhere, and it must not get into an error message.
  if (text.substr(0, text.find('?')).find('@') != std::string::npos)
    throw value.problem(value.name() +
                        " must not hold a user or a password; they have keys of their own");
  auto url = http::parse_url(text);
  const bool scheme_fits =
      url && (url->scheme.empty() || url->scheme == "http" || url->scheme == "https");
  if (url && url->scheme.empty() && (url->host == "http" || url->host == "https"))
    throw value.problem(value.name() + " must have '://' behind '" + url->host + "', as in '" +
                        url->host + "://192.168.178.1'");
  if (!scheme_fits || url->port == 0)
    throw value.problem(value.name() + " must look like https://host:port, not " +
                        http::quoted_url(text));
  return *std::move(url);
}

std::optional<http::Url> find_host_and_port(const std::string& text) {
  auto url = http::parse_url(text);
  const bool fits = url && url->port && url->scheme.empty() && url->rest.empty();
  return fits ? url : std::nullopt;
}

}  // namespace boxmeter
