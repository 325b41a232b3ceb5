#pragma once
#include <string>
#include <string_view>

#include "device/kinds.h"
#include "http/client.h"

// Translates a Request into an HTTP request of the Freebox API.  Pure, any thread.
namespace boxmeter::freebox {

/// One HTTP exchange below the API's root.
struct Call {
  http::Method method = http::Method::get;
  std::string path = {};  // percent-encoded, with its query
  std::string body = {};  // JSON, or empty
};

/// The targets: `get:`, `post:`, `put:` and `delete:` take a path below the API's root, `command:`
/// a name of pyfbx, `rrd:` none (its arguments are the members of the body).  Arguments replace the
/// parameters in the path ({id}); the argument `post_data`, JSON, is the body of a request that
/// writes (null: no body); all others become the query of a GET. The times: a step `now-60s` of a
/// path becomes that time in milliseconds since 1970; a negative date of `rrd` is that many seconds
/// before `now`. Throws Error{config} for an unknown verb or command, a missing or superfluous
/// argument, a path that leaves the API (`..`, a URL), and, unless `reveal`, a GET that hands out
/// secrets.
Call call_of(const Request& request, WallClock::time_point now, bool reveal = false);

/// The same request as a GET, which the box also answers without the permission `settings`.  It
/// asks for all fields.
Call rrd_without_settings(const Call& rrd);

/// The verbs that a pack may use.
inline constexpr Verb kReadingVerbs[] = {
    {"get"}, {"command"}, {.word = "rrd", .takes_object = true}, {"session"}};

/// Throws Error{config} for a request that a pack may not make: one that writes, or a GET that
/// hands out secrets or has an effect.  Placeholders such as {ap.id} are not replaced yet.
void check(const Request& request);

/// SetupKind::service of this brand: the first step of its path, "API connection".
std::string service_of(const Request& request);

/// DeviceKind::change of this brand.
std::string change(const Request& request);

}  // namespace boxmeter::freebox
