#pragma once
#include <optional>
#include <string>
#include <vector>

namespace boxmeter {

/// What the section `web` and the command line say.
struct WebOptions {
  std::vector<std::string> listen = {"127.0.0.1:9877"};
  std::string config_file = {};         // TLS and logins: web_file.h; empty: none
  bool health_without_login = false;    // /-/healthy and /-/ready
  std::vector<std::string> hosts = {};  // names that we may be asked by, beside our own
  std::string external_url = {};  // read_external_url(): how people get here; empty: as we listen
  std::optional<std::string> route_prefix = {};  // read_route_prefix(); without one external_url's
  friend bool operator==(const WebOptions&, const WebOptions&) = default;
};

/// "https://example.org/boxmeter", without a '/' at its end.  Throws Error{config}.  Pure.
std::string read_external_url(const std::string& text);
/// "/boxmeter" or "boxmeter/" as "/boxmeter", "/" as "".  Throws Error{config}.  Pure.
std::string read_route_prefix(const std::string& text);
/// What all our paths begin with: "" or "/boxmeter".  Pure.
std::string route_prefix(const WebOptions& options);

}  // namespace boxmeter
