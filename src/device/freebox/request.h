#pragma once
#include <string>
#include <string_view>

#include "device/kinds.h"
#include "http/client.h"

// From a request in our own words to what goes over the wire.  Pure.
namespace boxmeter::freebox {

/// One HTTP exchange below the API's root.
struct Call {
  http::Method method = http::Method::get;
  std::string path = {};  // percent-encoded, with its query
  std::string body = {};  // JSON, or empty
};

/// `get:`, `post:`, `put:` and `delete:` take a path below the API's root, `command:` a name of
/// pyfbx, `rrd:` the members of its body as arguments.  An argument fills the parameter of its
/// name in the path ({id}); `post_data`, JSON, is the body of what writes (null: it has none); what
/// is left over is a GET's query.  A step `now-60s` of a path is that time in milliseconds.  A
/// negative date of `rrd` counts back from `now`, in seconds. Throws Error{config}: an unknown verb
/// or command, an argument that is missing or too much, a path that climbs or names another place,
/// and, unless `reveal`, a GET that hands out secrets.
Call call_of(const Request& request, WallClock::time_point now, bool reveal = false);

/// The same question as a GET, which the box answers without the permission `settings`.  All
/// fields are asked for.
Call rrd_without_settings(const Call& rrd);

/// What a pack may ask a Freebox with.
inline constexpr Verb kReadingVerbs[] = {
    {"get"}, {"command"}, {.word = "rrd", .takes_object = true}, {"session"}};

/// Throws Error{config} for what a pack may not ask: all that writes, and GETs that hand out
/// secrets or act.  Placeholders such as {ap.id} are still in it.
void check(const Request& request);

/// SetupKind::service of this brand: the first step of its path, "API connection".
std::string service_of(const Request& request);

/// DeviceKind::change of this brand.
std::string change(const Request& request);

}  // namespace boxmeter::freebox
