#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

// What a Freebox says of its API before anybody logs in.  Pure.
namespace boxmeter::freebox {

/// The reply to /api_version, or the TXT record of `_fbx-api._tcp`.  Seen from outside the LAN some
/// boxes leave out all that is not needed for a URL.
struct ApiVersion {
  std::string version = {};  // "16.0"
  unsigned major = 0;        // 16
  std::string base = "/api/";
  std::string domain = {};  // "xxxxxxxx.fbxos.fr"; its certificate is of this name
  bool https = false;
  unsigned https_port = 0;
  std::string uid = {};  // of this very box
  std::string model = {};
  std::string device_name = {};
  friend bool operator==(const ApiVersion&, const ApiVersion&) = default;
};

/// The newest major version whose shapes boxmeter knows.
constexpr unsigned kNewestMajor = 16;

/// Throws Error{protocol} for what is not the api_version of a Freebox.
ApiVersion parse_api_version(int status, std::string_view body);

/// From the keys and values of a TXT record.  Throws Error{protocol}.
ApiVersion parse_announcement(const std::map<std::string, std::string>& text);

/// "/api/v16/": the newest major that both sides know, or `fixed` (0: none is), as older ones stay
/// served.  Throws Error{config} when the box is older than `fixed`.
std::string api_root(const ApiVersion& version, unsigned fixed);

}  // namespace boxmeter::freebox
