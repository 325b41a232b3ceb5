#include "publish/site/site.h"

#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "publish/negotiate.h"
#include "publish/site/assets.h"
#include "publish/site/pages.h"

namespace boxmeter {
namespace {

using http::ServerRequest;
using http::ServerResponse;

constexpr std::string_view kHtml = "text/html; charset=utf-8";

/// Compressed if the client accepts gzip.
ServerResponse answer(const ServerRequest& request, int status, std::string text,
                      std::string_view type) {
  ServerResponse response{.status = status,
                          .content_type = std::string(type),
                          .headers = {{"Vary", "Accept-Encoding"}}};
  set_body(response, request, std::move(text));
  return response;
}

ServerResponse fresh(ServerResponse response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

/// Identifies the data that a page was made from, as text in data-version and ?since=.
struct Version {
  std::int64_t process = 0;  // its start time
  std::uint64_t generation = 0;
  Clock::time_point when = {};
};

std::int64_t ticks(auto time) { return time.time_since_epoch().count(); }

std::string text_of(const Version& version) {
  return std::to_string(version.process) + "-" + std::to_string(version.generation) + "-" +
         std::to_string(ticks(version.when));
}

/// nullopt for the version of another process, whose generations cannot be compared.
std::optional<Version> read_version(std::string_view text, std::int64_t process) {
  const auto parts = split(text, '-');
  if (parts.size() != 3 || parse_integer<std::int64_t>(parts[0]) != process) return std::nullopt;
  const auto generation = parse_integer<std::uint64_t>(parts[1]);
  const auto when = parse_integer<Clock::rep>(parts[2]);
  if (!generation || !when) return std::nullopt;
  return Version{.process = process,
                 .generation = *generation,
                 .when = Clock::time_point(Clock::duration(*when))};
}

bool is_newer(std::uint64_t changed, Clock::time_point expired, const Version& seen) {
  return changed > seen.generation || expired > seen.when;
}

std::string no_box(const std::string& name) { return "There is no box '" + name + "' (any more)"; }

}  // namespace

Site::Site(const Store& store, SiteSources sources, WallClock::time_point started)
    : store_(store), sources_(std::move(sources)), started_(started) {}

std::string Site::version_of(const DeviceViews& views, Clock::time_point now) const {
  return text_of({.process = ticks(started_), .generation = views.generation, .when = now});
}

Overview Site::overview_of(const DeviceViews& views, Clock::time_point now) const {
  Overview overview{.version = BOXMETER_VERSION,
                    .now = WallClock::now(),
                    .started = started_,
                    .config = sources_.config(),
                    .sinks = sources_.sinks(),
                    .scrapes = sources_.scrapes()};
  overview.boxes.reserve(views.devices.size());
  for (const DeviceView& device : views.devices)
    overview.boxes.push_back(facts_of(device, *views.families, now, overview.now));
  overview.problems = problems_of(overview, sources_.way_out);
  return overview;
}

ServerResponse Site::overview(const ServerRequest& request) const {
  const auto now = Clock::now();
  const DeviceViews views = store_.device_views(now);
  const Filter filter = read_filter(request.parameter("find"), request.parameter("show"));
  return fresh(answer(
      request, 200, overview_page(overview_of(views, now), filter, version_of(views, now)), kHtml));
}

ServerResponse Site::box(const ServerRequest& request) const {
  const auto now = Clock::now();
  const auto wall = WallClock::now();
  const std::string name = request.parameter("name"), find = request.parameter("find");
  const DeviceViews views = name.empty() ? DeviceViews() : store_.device_views(now, name);
  if (views.devices.empty()) return answer(request, 404, missing_page(no_box(name)), kHtml);
  const BoxDetails details =
      details_of(views.devices.front(), *views.families, find, sources_.way_out, now, wall);
  return fresh(answer(request, 200, box_page(details, find, wall, version_of(views, now)), kHtml));
}

ServerResponse Site::updates(const ServerRequest& request) const {
  if (!request.parameter("box").empty()) return box_updates(request);
  const auto now = Clock::now();
  const DeviceViews views = store_.device_views(now);
  const auto seen = read_version(request.parameter("since"), ticks(started_));
  const Overview overview = overview_of(views, now);
  const Parts parts = overview_parts(overview, [&](const BoxFacts& box) {
    return !seen || views.configured > seen->generation ||
           is_newer(box.changed, box.expired, *seen);
  });
  std::vector<std::string> names;
  for (const BoxFacts& box : overview.boxes) names.push_back(box.name);
  const bool is_same_set = seen && views.configured <= seen->generation;
  return fresh(answer(request, 200,
                      updates_json(version_of(views, now), overview.now, layout_of(overview),
                                   is_same_set ? nullptr : &names, parts),
                      "application/json"));
}

ServerResponse Site::box_updates(const ServerRequest& request) const {
  const auto now = Clock::now();
  const auto wall = WallClock::now();
  const DeviceViews views = store_.device_views(now, request.parameter("box"));
  if (views.devices.empty())
    return fresh(
        answer(request, 404, no_box(request.parameter("box")) + "\n", "text/plain; charset=utf-8"));
  const DeviceView& device = views.devices.front();
  const auto seen = read_version(request.parameter("since"), ticks(started_));
  Parts parts;
  if (!seen || is_newer(device.changed, device.expired, *seen))
    parts = box_parts(
        details_of(device, *views.families, request.parameter("find"), sources_.way_out, now, wall),
        wall);
  return fresh(answer(request, 200,
                      updates_json(version_of(views, now), wall, "box", nullptr, parts),
                      "application/json"));
}

ServerResponse Site::asset(const ServerRequest& request) const {
  for (const Asset& asset : assets()) {
    if (request.path != "/" + std::string(asset.name)) continue;
    auto response = answer(request, 200, std::string(asset.text), asset.content_type);
    response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
    return response;
  }
  return ServerResponse::text(404, "not found\n");
}

}  // namespace boxmeter
