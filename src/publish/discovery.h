#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "http/server.h"
#include "metric/model.h"

// The list of devices for Prometheus' HTTP service discovery
// (https://prometheus.io/docs/prometheus/latest/http_sd/).  Pure, any thread.
namespace boxmeter {

/// A configured device, also one that another boxmeter of the fleet polls.
struct FleetDevice {
  std::string name = {};
  std::string kind = {};
  std::chrono::milliseconds interval{};
  Labels labels = {};
  bool polled = true;
  std::vector<std::string> packs = {};  // of its queries, in their order, without duplicates
  std::string address = {};             // host:port of the boxmeter that polls it; empty: this one
  unsigned shard = 0;
};

/// The URL by which the client that asks for the list reaches this boxmeter.
struct ReachedBy {
  std::string scheme = "http";
  std::string address = {};  // host:port
  std::string prefix = {};   // of every path
};

/// The JSON array of target groups, one per device.  A polled device has /metrics as its target;
/// that of all polled devices is the same but for __meta labels, so Prometheus scrapes the page
/// once.  A device that is not polled has /probe as its target.  `filters` are parameters of the
/// request: device, kind, pack, shard, poll (true, false) and label.NAME; several of one name are
/// alternatives. Throws Error{config} for an unknown filter.
std::string discovery_json(const std::vector<FleetDevice>& devices,
                           const std::vector<std::pair<std::string, std::string>>& filters,
                           const ReachedBy& reached_by);

/// From external_url, or from the Host header of the request if that is empty.
ReachedBy reached_by(const http::ServerRequest& request, const std::string& external_url,
                     const std::string& prefix);

}  // namespace boxmeter
