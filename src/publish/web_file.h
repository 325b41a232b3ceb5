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

/// The content of `web.config_file`: TLS, headers and users of boxmeter's HTTP server, in the
/// format of Prometheus' exporter-toolkit
/// (https://prometheus.io/docs/prometheus/latest/configuration/https/).
struct WebFile {
  std::shared_ptr<const http::TlsIdentity> identity = {};  // null: no TLS
  std::vector<std::pair<std::string, std::string>> headers = {};
  http::Users users = {};  // empty: no login
  RateLimit rate_limit = {};
  std::vector<std::filesystem::path> sources = {};  // it and the files that it names
};

/// Reads the file and those that it names; relative paths are relative to its folder.  Adds all
/// mistakes to `mistakes`: "web.yml:3:14: 'server.key' is not the key of the certificate in
/// 'server.crt'".  Hashes and keys are never quoted.  Any thread.
WebFile read_web_file(const std::filesystem::path& file, Mistakes& mistakes);
/// The same, but throws ConfigMistakes.
WebFile read_web_file(const std::filesystem::path& file);

/// Whether a server with this web file uses TLS, for its clients; true if the file cannot be read,
/// which a client need not have the permission for.  Any thread; never throws Error.
bool speaks_tls(const std::filesystem::path& file);
/// Whether it answers only clients that show a certificate; false if the file cannot be read.  Any
/// thread; never throws Error.
bool wants_certificate(const std::filesystem::path& file);

}  // namespace boxmeter
