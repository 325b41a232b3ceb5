#include "device/fritzbox/address.h"

#include <algorithm>
#include <string_view>

namespace boxmeter::fritzbox {
namespace {

/// npos when there is none.
std::size_t path_at(const std::string& url) {
  const auto scheme = url.find("://");
  return url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
}

}  // namespace

std::string web_url(const std::string& url) {
  const auto beside = [&url](std::string_view scheme, std::string_view port) {
    return url.starts_with(scheme) && url.ends_with(port);
  };
  if (beside("http://", ":49000")) return "http://" + host_of(url);
  if (beside("https://", ":49443")) return "https://" + host_of(url);
  return url.substr(0, path_at(url));
}

http::TlsPolicy web_tls(http::TlsPolicy tls) {
  if (!tls.known_key.empty()) tls.known_key += "@web";
  return tls;
}

bool is_remote(const std::string& url) { return path_at(url) != std::string::npos; }

std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto start = scheme == std::string::npos ? 0 : scheme + 3;
  const auto end = std::min(path_at(url), url.size());
  const auto port = url.rfind(':', end);
  const auto bracket = url.rfind(']');
  const bool has_port =
      port != std::string::npos && port > start && (bracket == std::string::npos || port > bracket);
  return url.substr(start, (has_port ? port : end) - start);
}

}  // namespace boxmeter::fritzbox
