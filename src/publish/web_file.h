#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/logins.h"
#include "yaml/mistakes.h"

namespace boxmeter {

namespace http {
class TlsIdentity;
}

/// A token bucket: `burst` requests at once, and one more each `interval`.
struct RateLimit {
  std::chrono::milliseconds interval{0};  // 0: no limit
  std::uint64_t burst = 0;
};

/// What `web.config_file` says: TLS, headers and users of our server, in the format of Prometheus'
/// exporter-toolkit (https://prometheus.io/docs/prometheus/latest/configuration/https/).
struct WebFile {
  std::shared_ptr<const http::TlsIdentity> identity = {};  // null: no TLS
  std::vector<std::pair<std::string, std::string>> headers = {};
  http::Users users = {};  // empty: no login
  RateLimit rate_limit = {};
  std::vector<std::filesystem::path> sources = {};  // it and the files that it names
};

/// Reads it and all that it names; relative paths begin at its folder.  Gathers what is wrong:
/// "web.yml:3:14: 'server.key' is not the key of the certificate in 'server.crt'".  No hash and no
/// key is quoted.  Any thread.
WebFile read_web_file(const std::filesystem::path& file, Mistakes& mistakes);
/// The same; throws ConfigMistakes.
WebFile read_web_file(const std::filesystem::path& file);

/// Whether it asks for TLS; yes when it cannot be read, which those who ask a server need not be
/// allowed to.  Any thread.
bool speaks_tls(const std::filesystem::path& file);

}  // namespace boxmeter
