#include "http/target.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"

namespace boxmeter::http {
namespace {

[[noreturn]] void refuse(std::string_view url, const char* why) {
  std::string shown(url.substr(0, url.find_first_of("?#")));
  if (const auto at = shown.rfind('@'); at != std::string::npos) {
    const auto scheme = shown.find("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    if (at >= start) shown.erase(start, at + 1 - start);
  }
  // What is no character of a URL may be anything: half a letter, or what a terminal obeys.
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  throw Error(ErrorKind::config, "'" + shown + "' " + why);
}

using Url = std::unique_ptr<CURLU, void (*)(CURLU*)>;

std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, void (*)(void*)> owner(text, &curl_free);
  return text;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  const auto plain = host.substr(0, host.find('%'));  // a zone: fe80::1%eth0
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, plain.c_str(), ignored.data()) == 1;
}

}  // namespace

std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return url;
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

std::string request_target(std::string_view url) {
  auto rest = url.substr(origin_of(url).size());
  rest = rest.substr(0, rest.find('#'));
  return (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

void check_characters(std::string_view url) {
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~'; }))
    refuse(url, "has a character that must be percent-encoded");
}

Target parse_target(std::string_view url) {
  const Url parsed(curl_url(), &curl_url_cleanup);
  const auto origin = std::string(origin_of(url));
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, origin.c_str(), 0) != CURLUE_OK)
    refuse(url, "is not a URL such as http://192.0.2.1:49000/path");
  if (!part(parsed, CURLUPART_USER).empty() || !part(parsed, CURLUPART_PASSWORD).empty())
    refuse(url, "has credentials in it; give them as username and password");
  const auto scheme = part(parsed, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") refuse(url, "is neither http:// nor https://");

  Target target{.origin = origin, .https = scheme == "https"};
  target.host = part(parsed, CURLUPART_HOST);
  target.where = target.host + ":" + part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (target.host.starts_with('[')) target.host = target.host.substr(1, target.host.size() - 2);
  target.address = is_address(target.host);
  return target;
}

}  // namespace boxmeter::http
