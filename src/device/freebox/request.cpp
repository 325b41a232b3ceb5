#include "device/freebox/request.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "device/freebox/freebox.h"

namespace boxmeter::freebox {
namespace {

/// GETs that hand out what must stay secret, or act: not for a pack.  A `*` stands for a segment.
struct Denied {
  std::string_view path;
  std::string_view why;
};
constexpr Denied kDenied[] = {
    {"dl", "it downloads a file"},
    {"home/pairing", "it belongs to pairing"},
    {"home/sms", "it lists phone numbers"},
    {"login/authorize", "it belongs to registration"},
    {"login/logout", "it ends the session"},
    {"login/session", "it opens a session"},
    {"share_link", "it shows links that open files to anybody"},
    {"tv/mycanal_token", "it shows a token"},
    {"vm/*/console", "it opens a console"},
    {"vm/*/vnc", "it opens a console"},
    {"vpn/download_config", "it downloads keys"},
    {"ws", "it opens a web socket"},
};

[[noreturn]] void refuse(std::string_view target, const std::string& why) {
  throw Error(ErrorKind::config, "path '" + repair_utf8(target) + "' " + why);
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments = split(path, '/');
  if (!segments.empty() && segments.back().empty()) segments.pop_back();
  return segments;
}

bool starts_with(const std::vector<std::string_view>& segments, std::string_view pattern) {
  const auto wanted = split(pattern, '/');
  return wanted.size() <= segments.size() &&
         std::equal(wanted.begin(), wanted.end(), segments.begin(),
                    [](std::string_view w, std::string_view s) { return w == "*" || w == s; });
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/:=+,@").find(c) != std::string_view::npos;
}

/// The target without the slash that people put in front, refused where it is not a path.
std::string_view relative(std::string_view target) {
  if (target.find("://") != std::string_view::npos)
    refuse(target, "is a URL (expected: a path below the API's root, such as connection/)");
  std::string_view path = target;
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto segments = segments_of(path);
  if (segments.empty()) refuse(target, "is empty (expected: such as connection/)");
  for (const std::string_view segment : segments) {
    if (segment.empty()) refuse(target, "has an empty step");
    if (segment == "." || segment == "..")
      refuse(target, "climbs with '" + std::string(segment) + "'");
  }
  for (const Denied& denied : kDenied)
    if (starts_with(segments, denied.path))
      refuse(target, "is not for reading: " + std::string(denied.why));
  return path;
}

}  // namespace

std::string url_path(std::string_view target) {
  std::string encoded;
  for (const char c : relative(target))
    encoded += is_plain(c) ? std::string(1, c) : http::percent_encoded(std::string_view(&c, 1));
  return encoded;
}

void check(const Request& request) {
  if (request.verb == "command" || request.verb == "rrd")
    throw Error(ErrorKind::config, "'" + request.verb + "' requests are not available yet");
  if (request.verb != "get") {
    const std::vector<std::string> known = {"get", "command", "rrd"};
    throw Error(ErrorKind::config, "a freebox takes no '" + request.verb + "' request" +
                                       did_you_mean(request.verb, known) +
                                       " (known: " + joined(known) + ")");
  }
  if (request.repeat)
    throw Error(ErrorKind::config,
                "'repeat' is not for a freebox: its lists come whole (to ask once per element of "
                "one, use 'for_each')");
  if (!request.args.empty())
    throw Error(ErrorKind::config,
                "a 'get' request takes no argument '" + request.args.begin()->first + "'");
  const std::string_view path = relative(request.target);
  for (const char c : path)
    if (!is_plain(c) && c != '{' && c != '}')
      refuse(request.target, "has a '" + repair_utf8(std::string_view(&c, 1)) +
                                 "' (expected: letters, digits and any of -._~/:=+,@)");
}

}  // namespace boxmeter::freebox
