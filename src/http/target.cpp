#include "http/target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "http/url.h"

namespace boxmeter::http {
namespace {

[[noreturn]] void refuse(std::string_view url, const char* why) {
  throw Error(ErrorKind::config, quoted_url(url) + " " + why);
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  const auto plain = host.substr(0, host.find('%'));  // a zone: fe80::1%eth0
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, plain.c_str(), ignored.data()) == 1;
}

}  // namespace

Target parse_target(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; }))
    refuse(text, "has a character that must be percent-encoded");
  const auto url = parse_url(text);
  if (url && url->has_credentials)
    throw Error(ErrorKind::config,
                "the URL has credentials in it; give them as username and password");
  if (!url || url->scheme.empty()) refuse(text, "is not a URL such as http://192.0.2.1:49000/path");
  if (url->scheme != "http" && url->scheme != "https")
    refuse(text, "is neither http:// nor https://");

  const bool https = url->scheme == "https";
  const auto rest = url->rest.substr(0, url->rest.find('#'));
  const auto host = url->plain_host();
  return {.origin = url->origin(),
          .host = host,
          .where = url->host_and_port(https ? 443 : 80),
          .request = (rest.starts_with('/') ? "" : "/") + rest,
          .https = https,
          .address = is_address(host)};
}

}  // namespace boxmeter::http
