#include "config/endpoint.h"

#include <algorithm>
#include <string_view>

#include "base/file.h"
#include "base/text.h"
#include "config/keys.h"
#include "device/address.h"
#include "http/listen.h"
#include "http/url.h"

namespace boxmeter {
namespace {

bool is_remote_path(std::string_view path, const DeviceKind& kind) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return !kind.remote_path.empty() && path == kind.remote_path;
}

bool is_pin(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256//";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return text.size() == 44 && text.back() == '=' && std::ranges::all_of(text.substr(0, 43), fits);
}

http::TlsPolicy read_mode(const Value& value, const std::filesystem::path& known_key) {
  const std::string text = value.text();
  if (text == "system") return {.mode = http::TlsMode::system};
  if (text == "insecure") return {.mode = http::TlsMode::insecure};
  const std::vector<std::string> known(std::begin(kWaysToVerify), std::end(kWaysToVerify));
  if (text != "first-use")
    throw value.problem("unknown way to verify '" + text + "' (known: " + joined(known) +
                        "; or a mapping with ca_file or pin)" + did_you_mean(text, known));
  if (known_key.empty())
    throw value.problem("'first-use' is for devices; use system, insecure, ca_file or pin here");
  return {.mode = http::TlsMode::first_use, .known_key = known_key};
}

http::TlsPolicy read_policy(const Value& value, const std::filesystem::path& known_key,
                            const std::filesystem::path& folder) {
  if (value.is_scalar()) return read_mode(value, known_key);
  const Section section(value, kTlsKeys);
  if (value.entries().size() != 1) throw value.problem("'tls' takes one of: verify, ca_file, pin");
  if (const auto mode = section.find("verify")) return read_mode(*mode, known_key);
  if (const auto file = section.find("ca_file")) {
    const std::filesystem::path path = folder / file->text();
    const std::string pem = file->placed([&] { return read_file(path); });
    if (pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
      throw file->problem("'" + path.string() + "' holds no certificate in PEM form");
    return {.mode = http::TlsMode::ca_file, .ca_file = path};
  }
  const Value pin = section.required("pin");
  if (!is_pin(pin.text()))
    throw pin.problem("'pin' must be \"sha256//\" and 44 characters of base64, not '" + pin.text() +
                      "'");
  return {.mode = http::TlsMode::pin, .pin = pin.text()};
}

}  // namespace

std::string read_box_url(const Value& value, const DeviceKind& kind) {
  if (kind.can_be_found && value.text() == "auto") return "auto";
  http::Url url = read_url(value);
  if (is_remote_path(url.rest, kind)) {
    if (url.scheme == "https") return url.origin() + std::string(kind.remote_path);
    throw value.problem("remote access ('" + url.rest + "') is by https only");
  }
  const bool names_api = !kind.api_path.empty() && (url.rest + "/").starts_with(kind.api_path) &&
                         url.rest.find_first_of("?#") == std::string::npos;
  if (!url.rest.empty() && url.rest != "/" && !names_api)
    throw value.problem("'url' of a device has no path and no query: remove " +
                        (url.rest.find_first_of("?#@") == std::string::npos
                             ? "'" + url.rest + "'"
                             : "all that stands behind the host"));
  const http::Url usual = http::parse_url(kind.default_url).value();
  if (url.scheme.empty()) url.scheme = usual.scheme;
  if (!url.port && url.scheme == usual.scheme) url.port = usual.port;
  if (!url.port && url.scheme == "https" && kind.https_port != 0) url.port = kind.https_port;
  return url.origin() + (names_api ? url.rest : "");
}

std::string read_push_url(const Value& value) {
  const http::Url url = read_url(value);
  if (url.scheme.empty())
    throw value.problem("'url' must begin with http:// or https://, not " +
                        http::quoted_url(value.text()));
  if (url.rest.find('#') != std::string::npos ||
      url.rest.find_first_of(" \t\r\n") != std::string::npos)
    throw value.problem("'url' must not hold blanks or a '#' part");
  return value.text();
}

bool is_https(const std::string& url) {
  const auto parsed = http::parse_url(url);
  return parsed && parsed->scheme == "https";
}

http::TlsPolicy read_tls(const Section& section, const std::string& url, http::TlsMode by_default,
                         const std::filesystem::path& known_key,
                         const std::filesystem::path& folder) {
  if (const auto value = section.find("tls")) {
    if (!is_https(url)) section.expect_not_misspelt({"url"});
    if (!is_https(url))
      throw section.key("tls").problem("'tls' needs an https:// url, not " + http::quoted_url(url));
    return read_policy(*value, known_key, folder);
  }
  if (!is_https(url)) return {};
  if (by_default != http::TlsMode::first_use) return {.mode = by_default};
  return {.mode = by_default, .known_key = known_key};
}

std::string read_listen_address(const Value& value) {
  std::string text = value.text();
  if (value.placed([&] { return http::parse_listen_address(text); }).handed_over >= 0)
    throw value.problem("listen address '" + text +
                        "' is not for a configuration: sockets that systemd hands over are served "
                        "by themselves");
  return text;
}

}  // namespace boxmeter
