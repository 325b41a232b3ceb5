#include "publish/status_json.h"

#include <nlohmann/json.hpp>

#include "publish/utc_text.h"

namespace boxmeter {
namespace {

using Json = nlohmann::ordered_json;

Json time_json(const std::optional<WallClock::time_point>& when) {
  if (!when) return nullptr;
  return utc_text(*when);
}

Json failure_json(const std::optional<Failure>& failure) {
  if (!failure) return nullptr;
  return {{"reason", name(failure->kind)}, {"message", failure->message}};
}

Json query_json(const DeviceStatus::Query& query) {
  return {{"name", query.name},
          {"asked", query.asked},
          {"up", query.up},
          {"state", query.asked ? Json(name(query.support)) : Json(nullptr)},
          {"last_success", time_json(query.last_success)},
          {"duration_seconds", query.took.count()},
          {"series", query.series},
          {"failure", failure_json(query.failure)}};
}

Json device_json(const DeviceStatus& device) {
  Json failures = Json::object();
  for (const auto& [kind, count] : device.failures) failures[std::string(name(kind))] = count;
  Json queries = Json::array();
  for (const auto& query : device.queries) queries.push_back(query_json(query));
  return {{"name", device.name},
          {"kind", device.kind},
          {"polled", device.polled},
          {"up", device.up},
          {"answered", device.answered},
          {"last_success", time_json(device.last_success)},
          {"failure", failure_json(device.failure)},
          {"failed", time_json(device.failed)},
          {"polls", device.polls},
          {"skipped", device.skipped},
          {"lag_seconds", device.lag.count()},
          {"turn_duration_seconds", device.took.count()},
          {"logins", device.logins},
          {"permissions", device.permissions},
          {"series", device.series},
          {"failures", std::move(failures)},
          {"dropped", Json(device.dropped)},
          {"gone", device.gone},
          {"queries", std::move(queries)}};
}

Json sink_json(const SinkStatus& sink) {
  return {{"name", sink.name},
          {"queued_objects", sink.queued_objects},
          {"queued_bytes", sink.queued_bytes},
          {"oldest", time_json(sink.oldest)},
          {"sent", sink.sent},
          {"failures", Json(sink.failures)},
          {"dropped", Json(sink.dropped)},
          {"last_error", sink.last_error.empty() ? Json(nullptr) : Json(sink.last_error)}};
}

/// One per line.  Rendered one at a time, since the JSON tree of a thousand devices takes 20 MB.
template <typename Thing>
void append_list(std::string& page, const std::vector<Thing>& things, Json (*json)(const Thing&)) {
  page += '[';
  for (const Thing& thing : things) {
    page += &thing == things.data() ? "\n" : ",\n";
    // `replace`, since an error message may quote invalid UTF-8 of a device.
    page += json(thing).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  page += ']';
}

}  // namespace

std::string devices_json(const std::vector<DeviceStatus>& devices,
                         const std::vector<SinkStatus>& sinks) {
  std::string page = "{\"version\":\"" BOXMETER_VERSION "\",\n\"devices\":";
  append_list(page, devices, device_json);
  page += ",\n\"sinks\":";
  append_list(page, sinks, sink_json);
  return page + "}\n";
}

}  // namespace boxmeter
