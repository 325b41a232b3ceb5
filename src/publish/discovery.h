#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "http/server.h"
#include "metric/model.h"

// What Prometheus' HTTP service discovery is told of the configured devices
// (prometheus.io/docs/prometheus/latest/http_sd).  Pure, any thread.
namespace boxmeter {

/// A configured device, whoever asks it.
struct FleetDevice {
  std::string name = {};
  std::string kind = {};
  std::chrono::milliseconds interval{};
  Labels labels = {};
  bool polled = true;
  std::vector<std::string> packs = {};  // of its queries, in their order, each once
  std::string address = {};  // host:port of the boxmeter that asks it; empty: of whom was asked
  unsigned shard = 0;
};

/// How whoever asks for the list gets to us.
struct ReachedBy {
  std::string scheme = "http";
  std::string address = {};  // host:port
  std::string prefix = {};   // of all paths
};

/// The array of targets, one per device.  Each leads to where the series of the device are: a
/// device that is polled to /metrics (of many devices alike, so that Prometheus, which takes
/// targets that differ in nothing but __meta labels for one, scrapes that page once), one that is
/// not to /probe.  `filters` are parameters of the request: device, kind, pack, shard, poll (true,
/// false) and label.NAME; several of one name are alternatives. Throws Error{config} for a filter
/// that is none.
std::string discovery_json(const std::vector<FleetDevice>& devices,
                           const std::vector<std::pair<std::string, std::string>>& filters,
                           const ReachedBy& reached_by);

/// By the Host header of the request, or as external_url says.
ReachedBy reached_by(const http::ServerRequest& request, const std::string& external_url,
                     const std::string& prefix);

}  // namespace boxmeter
