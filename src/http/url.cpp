#include "http/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "base/number.h"
#include "base/text.h"

namespace boxmeter::http {
namespace {

constexpr std::size_t kHostLimit = 253;  // of DNS

bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Stricter than libcurl, which also takes other letters, "!" and "~": no host has them.
bool is_authority(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view(".-_:%[]").find(c) != std::string_view::npos;
  });
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
  });
}

class CurlUrl {
 public:
  /// False when libcurl refuses it.
  bool read(const std::string& url) {
    return url_ && curl_url_set(url_.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  }

  /// Empty when it has none.
  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owner(text, &curl_free);
    return text;
  }

 private:
  std::unique_ptr<CURLU, void (*)(CURLU*)> url_{curl_url(), &curl_url_cleanup};
};

/// Host and port of "host:port"; false when that is none.
bool read_authority(std::string_view text, Url& url) {
  CurlUrl read;
  if (text.empty() || !is_authority(text) || !read.read("http://" + std::string(text)))
    return false;
  url.host = read.part(CURLUPART_HOST);
  // A percent sign is the zone of an IPv6 address (fe80::1%eth0) and nothing else.
  const auto zone = read.part(CURLUPART_ZONEID);
  if (!zone.empty() && url.host.ends_with(']')) url.host.insert(url.host.size() - 1, "%" + zone);
  if (zone.empty() && text.find('%') != std::string_view::npos) return false;
  if (const auto port = read.part(CURLUPART_PORT); !port.empty()) {
    url.port = parse_integer<int>(port);
    if (!url.port || *url.port > 65535) return false;
  }
  return !url.host.empty() && url.host.size() <= kHostLimit;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (const auto scheme = text.find("://"); scheme < text.find_first_of("/?#")) {
    if (!is_scheme(text.substr(0, scheme))) return {};
    url.scheme = lower(text.substr(0, scheme));
    text.remove_prefix(scheme + 3);
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  url.rest = text.substr(end);
  text = text.substr(0, end);
  if (text.find('@') != std::string_view::npos) {
    url.has_credentials = true;
    return url;
  }
  if (!read_authority(text, url)) return {};
  return url;
}

std::string quoted_url(std::string_view text) {
  if (text.find('@') != std::string_view::npos)
    return "what stands there (not shown: it may hold a password)";
  std::string shown(text.substr(0, text.find_first_of("?#")));
  // The text may hold anything, also half a UTF-8 character or a terminal's control sequence.
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + shown + "'";
}

std::string Url::authority() const { return port ? host + ":" + std::to_string(*port) : host; }

std::string Url::origin() const {
  return scheme.empty() ? authority() : scheme + "://" + authority();
}

std::string Url::host_and_port(int usual) const {
  return host + ":" + std::to_string(port.value_or(usual));
}

std::string Url::plain_host() const {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace boxmeter::http
