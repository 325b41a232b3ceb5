#include "app/registrations.h"

namespace boxmeter {

std::vector<Registration> registrations(const Config& config) {
  std::vector<Registration> all;
  for (const Job& job : config.jobs) {
    Registration device{.device = job.device.name,
                        .kind = job.device.kind,
                        .labels = job.device.labels,
                        .interval = job.device.interval,
                        .queries = {}};
    for (const QueryPtr& query : job.queries)
      device.queries.push_back(
          {query->name, query->interval.count() > 0 ? query->interval : job.device.interval});
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
