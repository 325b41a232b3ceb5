// once: every device polled once, and what it says printed.
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/log.h"
#include "app/process.h"
#include "app/registrations.h"
#include "base/text.h"
#include "publish/exposition.h"

namespace boxmeter {
namespace {

struct OnceOptions {
  std::string file = {};
  std::string device = {};
  std::string format = "prometheus";
};

nlohmann::json as_json(const View& view) {
  nlohmann::json families = nlohmann::json::object();
  for (const FragmentPtr& fragment : view.fragments)
    for (const Fragment::Slice& slice : fragment->slices) {
      const FamilyPtr& family = (*view.families)[slice.family];
      auto& entry = families[family->name];
      entry["type"] = name(family->type);
      entry["help"] = family->help;
      for (const std::string_view line :
           split(trim(std::string_view(fragment->text).substr(slice.offset, slice.length)), '\n'))
        entry["samples"].push_back(line);
    }
  return families;
}

void print_page(const View& view, const std::string& format) {
  if (format == "json")
    std::cout << as_json(view).dump(2) << "\n";
  else
    std::cout << render(view, {},
                        format == "openmetrics" ? Exposition::openmetrics : Exposition::text);
}

int once(const OnceOptions& wanted) {
  Config config = load_config(config_file(wanted.file));
  if (!wanted.device.empty()) config.jobs = {find_device(config, wanted.device)};
  for (Job& job : config.jobs) job.device.learned.clear();  // everything is asked
  config.log.format = "text";
  set_up_log(config.log);
  prepare_process(config.jobs.size());
  Store store(registrations(config));
  http::Stop stop;
  Poller::once(config.jobs, config.poll, record_into(store), stop);
  print_page(store.view(Clock::now()), wanted.format);
  const auto devices = store.devices();
  return std::all_of(devices.begin(), devices.end(),
                     [](const DeviceStatus& status) { return status.up; })
             ? 0
             : 1;
}

}  // namespace

Prepared prepare_once(const Program&) {
  auto wanted = std::make_shared<OnceOptions>();
  return {.syntax = {.about = "Polls every device once and prints the metrics; exit 0 when all "
                              "answered.",
                     .options = {config_option(wanted->file),
                                 {.name = "device",
                                  .target = &wanted->device,
                                  .help = "Only this device",
                                  .value = "NAME"},
                                 {.name = "format",
                                  .target = &wanted->format,
                                  .help = "How they are printed",
                                  .value = "FORMAT",
                                  .otherwise = wanted->format,
                                  .choices = {"prometheus", "openmetrics", "json"}}}},
          .run = [wanted](const Words&) { return once(*wanted); }};
}

}  // namespace boxmeter
