// once, call, check: commands that read the configuration and end by themselves.
#include <algorithm>
#include <iostream>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/log.h"
#include "app/process.h"
#include "app/registrations.h"
#include "app/terminal.h"
#include "base/text.h"
#include "publish/exposition.h"

namespace boxmeter {
namespace {

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

}  // namespace

int check(std::span<const std::string> arguments) {
  std::string file;
  CLI::App app("Reads the configuration and says what is wrong with it.", "check");
  add_config_option(app, file);
  expect_nothing_left(read_arguments(app, arguments));
  const Config config = load_config(config_file(file));
  for (const std::string& warning : config.warnings) std::cerr << "warning: " << warning << "\n";
  std::size_t queries = 0;
  for (const Job& job : config.jobs) queries += job.queries.size();
  std::cout << config_file(file).string() << ": " << config.jobs.size() << " devices, " << queries
            << " queries, " << config.push.size() << " sinks\n";
  return 0;
}

int once(std::span<const std::string> arguments) {
  std::string file, device, format = "prometheus";
  CLI::App app("Polls every device once and prints the metrics; exit 0 when all answered.", "once");
  add_config_option(app, file);
  app.add_option("--device", device, "Only this device");
  app.add_option("--format", format, "prometheus, openmetrics or json")
      ->check(CLI::IsMember({"prometheus", "openmetrics", "json"}));
  expect_nothing_left(read_arguments(app, arguments));
  Config config = load_config(config_file(file));
  if (!device.empty()) config.jobs = {find_device(config, device)};
  for (Job& job : config.jobs) job.device.learned.clear();  // everything is asked
  config.log.format = "text";
  set_up_log(config.log);
  prepare_process(config.jobs.size());
  Store store(registrations(config));
  http::Stop stop;
  Poller::once(config.jobs, config.poll, record_into(store), stop);
  print_page(store.view(Clock::now()), format);
  const auto devices = store.devices();
  return std::all_of(devices.begin(), devices.end(),
                     [](const DeviceStatus& status) { return status.up; })
             ? 0
             : 1;
}

int call(std::span<const std::string> arguments) {
  std::string file;
  bool yes = false;
  CLI::App app("Makes one request to a configured device and prints the reply as JSON.", "call");
  add_config_option(app, file);
  app.add_flag("--yes", yes, "Do not ask before something changes the box");
  app.footer(
      "\nusage: boxmeter call DEVICE REQUEST [NAME=VALUE ...]\n"
      "  boxmeter call home tr064:DeviceInfo1.GetInfo\n"
      "  boxmeter call home tr064:Hosts1.GetGenericHostEntry NewIndex=0\n"
      "  boxmeter call home tr064:WLANConfiguration1.SetEnable NewEnable=0\n"
      "  boxmeter call free get:connection/\n"
      "  boxmeter call free command:Switch.Get_a_port_stats id=1\n"
      "  boxmeter call free put:connection/config/ post_data='{\"ping\": true}'");
  const std::vector<std::string> rest = read_arguments(app, arguments);
  if (rest.size() < 2)
    throw Error(ErrorKind::config,
                "call needs a device and a request: boxmeter call DEVICE REQUEST [NAME=VALUE ...]");
  const Config config = load_config(config_file(file));
  const Job& job = find_device(config, rest[0]);
  Request request = parse_request(rest[1]);
  request.args = named_arguments(Arguments(rest).subspan(2));
  const DeviceKind& kind = find_kind(job.device.kind);
  const std::string change = kind.change == nullptr ? "" : kind.change(request);
  if (change.empty())
    kind.check(request);
  else
    confirm(change + " changes '" + job.device.name + "'", yes);
  set_up_log({.level = "warn", .format = "text"});
  prepare_process(1);
  http::Stop stop;
  const Reply reply =
      within(job.device.name, [&] { return kind.open(job.device, stop)->call(request); });
  std::cout << reply.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  return 0;
}

}  // namespace boxmeter
