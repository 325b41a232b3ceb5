// once: polls every device once and prints the metrics.
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/process.h"
#include "app/series_json.h"
#include "app/store_setup.h"
#include "base/guarded.h"
#include "base/log.h"
#include "publish/exposition.h"

namespace boxmeter {
namespace {

struct OnceOptions {
  std::string file = {};
  std::string device = {};
  std::string shard = {};
  std::string format = "prometheus";
};

/// However long a turn takes, it skips none, since no other is to follow.
PollRecorder record_one_turn(Store& store) {
  PollRecorder recorder = record_into(store);
  recorder.end_turn = [end_turn = std::move(recorder.end_turn)](const std::string& device,
                                                                Turn turn) {
    turn.skipped = 0;
    end_turn(device, turn);
  };
  return recorder;
}

int once(const OnceOptions& wanted, DeviceKinds kinds) {
  Config config = load_config(config_file(wanted.file), kinds);
  if (!wanted.shard.empty()) config.shard = read_shard(wanted.shard, config.shard);
  if (wanted.device.empty()) keep_share(config);
  if (!wanted.device.empty()) config.jobs = {find_device(config, wanted.device)};
  for (Job& job : config.jobs) {
    job.device.polled = true;    // also devices that only probes ask
    job.device.learned.clear();  // ask everything, also what was unsupported before
    job.device.one_shot = true;
  }
  config.log.format = "text";
  set_up_log(config.log.level, config.log.format);
  prepare_process(config.jobs.size());
  Store store(polled_devices(config));
  Guarded<std::vector<SnapshotPtr>> snapshots;
  if (wanted.format == "json")
    store.add_listener([&](const SnapshotPtr& snapshot) {
      snapshots.with([&](auto& all) { all.push_back(snapshot); });
    });
  http::Stop stop;
  const auto began = Clock::now();
  Poller::once(config.jobs, config.poll, record_one_turn(store), stop);
  const auto devices = store.devices();
  if (wanted.format == "json")
    std::cout << snapshots.with(
        [&](const auto& all) { return series_json(config.jobs, devices, all); });
  else
    // As of the beginning: else what the first boxes said would be too old when the last are done.
    std::cout << render(
        store.view(began), {},
        wanted.format == "openmetrics" ? Exposition::openmetrics : Exposition::text);
  return std::all_of(devices.begin(), devices.end(),
                     [](const DeviceStatus& status) { return status.up; })
             ? 0
             : 1;
}

}  // namespace

Prepared prepare_once(const Program& program) {
  auto wanted = std::make_shared<OnceOptions>();
  return {.syntax = {.about = "Polls every device once and prints the metrics; exit 0 when all "
                              "answered.",
                     .options = {config_option(wanted->file),
                                 {.name = "device",
                                  .target = &wanted->device,
                                  .help = "Only this device",
                                  .value = "DEVICE"},
                                 shard_option(wanted->shard),
                                 {.name = "format",
                                  .target = &wanted->format,
                                  .help = "How they are printed",
                                  .value = "FORMAT",
                                  .otherwise = wanted->format,
                                  .choices = {"prometheus", "openmetrics", "json"}}}},
          .run = [wanted, kinds = program.kinds](const Words&) { return once(*wanted, kinds); }};
}

}  // namespace boxmeter
