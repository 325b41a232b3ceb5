#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

// What a Freebox says of its API without a login: GET /api_version ("API discovery" in Free's
// documentation, https://dev.freebox.fr/sdk/os/), or mDNS.  Pure, any thread.
namespace boxmeter::freebox {

/// The reply to /api_version, or the TXT record of `_fbx-api._tcp`.  Asked over the internet, some
/// boxes leave out the members that are not needed to make a URL.
struct ApiVersion {
  std::string version = {};  // "16.0"
  unsigned major = 0;        // 16
  std::string base = "/api/";
  std::string domain = {};  // "xxxxxxxx.fbxos.fr": the name in its certificate
  bool https = false;
  unsigned https_port = 0;
  std::string uid = {};  // identifies this one box
  std::string model = {};
  std::string device_name = {};
  friend bool operator==(const ApiVersion&, const ApiVersion&) = default;
};

/// The newest major version whose replies boxmeter can read.
constexpr unsigned kNewestMajor = 16;

/// Throws Error{protocol} for what is not the api_version of a Freebox.
ApiVersion parse_api_version(int status, std::string_view body);

/// From the keys and values of a TXT record.  Throws Error{protocol}.
ApiVersion parse_announcement(const std::map<std::string, std::string>& text);

/// "/api/v16/": the newest major version that both sides know, or `fixed` (0: not fixed); a box
/// still serves older versions than its own.  Throws Error{config} if the box is older than
/// `fixed`.
std::string api_root(const ApiVersion& version, unsigned fixed);

}  // namespace boxmeter::freebox
