#pragma once
#include <optional>
#include <string>
#include <vector>

namespace boxmeter {

/// The configuration of boxmeter's HTTP server, from the section `web` and the command line.
struct WebOptions {
  std::vector<std::string> listen = {"127.0.0.1:9877"};
  std::string config_file = {};         // TLS and users: see web_file.h; empty: none
  bool health_without_login = false;    // /-/healthy and /-/ready need no login
  std::vector<std::string> hosts = {};  // host names that requests may use beside the machine's own
  std::string external_url = {};  // of read_external_url(): behind a proxy; empty: as it listens
  std::optional<std::string> route_prefix =
      {};  // of read_route_prefix(); nullopt: external_url's path
  friend bool operator==(const WebOptions&, const WebOptions&) = default;
};

/// "https://example.org/boxmeter", without a '/' at its end.  Throws Error{config}.  Pure.
std::string read_external_url(const std::string& text);
/// "/boxmeter" or "boxmeter/" as "/boxmeter", "/" as "".  Throws Error{config}.  Pure.
std::string read_route_prefix(const std::string& text);
/// What the path of every page begins with: "" or "/boxmeter".  Pure.
std::string route_prefix(const WebOptions& options);

}  // namespace boxmeter
