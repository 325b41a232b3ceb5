#include "app/store_setup.h"

#include <utility>

#include "http/url.h"

namespace boxmeter {

namespace {

/// The URL of the box's own web pages: its address, without the port if that is the kind's default
/// port, where a box only answers programs.
std::string page_of(const Job& job) {
  const auto url = http::parse_url(job.device.url);
  if (!url) return "";
  const auto usual = http::parse_url(job.kind->default_url);
  const auto port = static_cast<unsigned>(url->port.value_or(0));
  const bool is_for_programs =
      port != 0 && (port == job.kind->https_port || (usual && usual->port == url->port));
  return (is_for_programs ? "http://" + url->host : url->origin()) + "/";
}

}  // namespace

std::vector<PolledDevice> polled_devices(const Config& config) {
  std::vector<PolledDevice> all;
  for (const Job& job : config.jobs) {
    PolledDevice device{.device = job.device.name,
                        .kind = job.device.kind,
                        .page = page_of(job),
                        .labels = job.device.labels,
                        .interval = job.device.interval,
                        .polled = job.device.polled,
                        .queries = {}};
    for (const QueryPtr& query : job.queries) {
      const bool has_interval = query->interval.count() > 0;
      std::vector<FamilyPtr> families;  // none for a query that is only pushed
      for (const Rule& rule : query->rules) families.push_back(rule.family);
      device.queries.push_back({.name = query->name,
                                .interval = has_interval ? query->interval : job.device.interval,
                                .families = std::move(families)});
    }
    all.push_back(std::move(device));
  }
  return all;
}

PollRecorder record_into(Store& store) {
  return {.record = [&store](const SnapshotPtr& snapshot) { store.record(snapshot); },
          .end_turn = [&store](const std::string& device,
                               const Turn& turn) { store.end_turn(device, turn); }};
}

}  // namespace boxmeter
