#include "publish/discovery.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "http/url.h"

namespace boxmeter {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kLabel = "label.";

/// The values of a device that a filter is compared with; of `pack` there may be several.
std::vector<std::string> values_of(const FleetDevice& device, const std::string& filter) {
  if (filter == "device") return {device.name};
  if (filter == "kind") return {device.kind};
  if (filter == "pack") return device.packs;
  if (filter == "shard") return {std::to_string(device.shard)};
  if (filter == "poll") return {device.polled ? "true" : "false"};
  if (filter.starts_with(kLabel)) {
    const auto label =
        std::ranges::find(device.labels, filter.substr(kLabel.size()), &Labels::value_type::first);
    return {label == device.labels.end() ? "" : label->second};
  }
  static const std::vector<std::string> kFilters = {"device", "kind", "pack", "shard", "poll"};
  throw Error(ErrorKind::config, "unknown filter '" + filter + "'" +
                                     did_you_mean(filter, kFilters) +
                                     " (known: " + joined(kFilters) + ", label.NAME)");
}

using Filters = std::map<std::string, std::vector<std::string>>;

bool matches(const Filters& filters, const FleetDevice& device) {
  return std::ranges::all_of(filters, [&](const auto& filter) {
    const auto values = values_of(device, filter.first);
    return std::ranges::any_of(values, [&](const std::string& value) {
      return std::ranges::find(filter.second, value) != filter.second.end();
    });
  });
}

/// In Prometheus' notation: "30s", "1500ms".
std::string duration(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + "s"
                                  : std::to_string(time.count()) + "ms";
}

Json target(const FleetDevice& device, const ReachedBy& reached_by) {
  Json labels = {{"__scheme__", reached_by.scheme},
                 {"__metrics_path__", reached_by.prefix + (device.polled ? "/metrics" : "/probe")},
                 {"__meta_boxmeter_device", device.name},
                 {"__meta_boxmeter_kind", device.kind},
                 {"__meta_boxmeter_interval", duration(device.interval)},
                 {"__meta_boxmeter_packs", "," + joined(device.packs, ",") + ","},
                 {"__meta_boxmeter_poll", device.polled ? "true" : "false"},
                 {"__meta_boxmeter_shard", std::to_string(device.shard)}};
  for (const auto& [name, value] : device.labels) labels["__meta_boxmeter_label_" + name] = value;
  if (!device.polled) {
    labels["__param_target"] = device.name;
    labels["__scrape_interval__"] = duration(device.interval);
    labels["__scrape_timeout__"] = duration(device.interval);  // the longest that is allowed
    labels["instance"] = device.name;  // otherwise `up` would be the same series for all of them
  }
  return {{"targets", {device.address.empty() ? reached_by.address : device.address}},
          {"labels", std::move(labels)}};
}

}  // namespace

std::string discovery_json(const std::vector<FleetDevice>& devices,
                           const std::vector<std::pair<std::string, std::string>>& filters,
                           const ReachedBy& reached_by) {
  Filters wanted;
  for (const auto& [name, value] : filters) {
    values_of({}, name);
    if (name == "poll" && value != "true" && value != "false")
      throw Error(ErrorKind::config, "filter 'poll' takes true or false, not '" + value + "'");
    wanted[name].push_back(value);
  }
  std::string list = "[";
  for (const FleetDevice& device : devices) {
    if (!matches(wanted, device)) continue;
    list += list.size() == 1 ? "\n" : ",\n";
    // `replace`, since the Host header may contain invalid UTF-8.
    list += target(device, reached_by).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return list + "]\n";
}

ReachedBy reached_by(const http::ServerRequest& request, const std::string& external_url,
                     const std::string& prefix) {
  ReachedBy reached{.scheme = request.tls ? "https" : "http",
                    .address = request.header("host"),
                    .prefix = prefix};
  const auto url = external_url.empty() ? std::nullopt : http::parse_url(external_url);
  if (!url) return reached;
  return {.scheme = url->scheme,
          .address = url->host_and_port(url->scheme == "https" ? 443 : 80),
          .prefix = url->rest};
}

}  // namespace boxmeter
