#include "app/store_setup.h"

#include <utility>

namespace boxmeter {

std::vector<PolledDevice> polled_devices(const Config& config) {
  std::vector<PolledDevice> all;
  for (const Job& job : config.jobs) {
    PolledDevice device{.device = job.device.name,
                        .kind = job.device.kind,
                        .labels = job.device.labels,
                        .interval = job.device.interval,
                        .queries = {}};
    for (const QueryPtr& query : job.queries) {
      const bool has_interval = query->interval.count() > 0;
      std::vector<FamilyPtr> families;  // none where a query is for sinks alone
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
