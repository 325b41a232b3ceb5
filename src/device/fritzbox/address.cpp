#include "device/fritzbox/address.h"

#include "http/url.h"

namespace boxmeter::fritzbox {

std::string web_url(const std::string& url) {
  const auto parsed = http::parse_url(url);
  if (!parsed) return url;
  const auto beside = [&](std::string_view scheme, int port) {
    return parsed->scheme == scheme && parsed->port == port && parsed->rest.empty();
  };
  if (beside("http", 49000) || beside("https", 49443)) return parsed->scheme + "://" + parsed->host;
  return parsed->origin();
}

http::TlsPolicy web_tls(http::TlsPolicy tls) {
  if (!tls.known_key.empty()) tls.known_key += "@web";
  return tls;
}

bool is_remote(const std::string& url) {
  const auto parsed = http::parse_url(url);
  return parsed && !parsed->rest.empty();
}

std::string host_of(const std::string& url) {
  const auto parsed = http::parse_url(url);
  return parsed ? parsed->host : url;
}

}  // namespace boxmeter::fritzbox
