#include <csignal>
#include <deque>
#include <iostream>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/process.h"
#include "app/store_setup.h"
#include "app/watchdog.h"
#include "base/log.h"
#include "base/notify.h"
#include "http/listen.h"

namespace boxmeter {
namespace {

struct ServeOptions {
  std::string file;
  std::vector<std::string> listen;
  std::string web_config;
  std::string external_url;
  std::string route_prefix;
  std::string log_level;
  std::string log_format;
};

Config read_config(const ServeOptions& options, DeviceKinds kinds) {
  Config config = load_config(config_file(options.file), kinds);
  if (!options.listen.empty()) config.web.listen = options.listen;
  if (!options.web_config.empty()) config.web.config_file = options.web_config;
  if (!options.external_url.empty())
    config.web.external_url = read_external_url(options.external_url);
  if (!options.route_prefix.empty())
    config.web.route_prefix = read_route_prefix(options.route_prefix);
  if (!options.log_level.empty()) config.log.level = options.log_level;
  if (!options.log_format.empty()) config.log.format = options.log_format;
  return config;
}

void wait_for_end() {
  for (;;) {
    const int signal = wait_for_signal();
    if (signal != SIGHUP) {
      log_event(LogLevel::info, signal == SIGINT ? "stopping on SIGINT" : "stopping on SIGTERM");
      return;
    }
    log_event(LogLevel::warn,
              "SIGHUP: reload is not available yet; restart to read the configuration again");
  }
}

std::vector<Option> serve_options(ServeOptions& options) {
  return {config_option(options.file),
          {.name = "web.listen-address",
           .target = &options.listen,
           .help = "Instead of web.listen; may be repeated",
           .value = "ADDRESS"},
          {.name = "web.config.file",
           .target = &options.web_config,
           .help = "Instead of web.config_file",
           .value = "FILE"},
          {.name = "web.external-url",
           .target = &options.external_url,
           .help = "Instead of web.external_url",
           .value = "URL"},
          {.name = "web.route-prefix",
           .target = &options.route_prefix,
           .help = "Instead of web.route_prefix",
           .value = "PATH"},
          {.name = "log.level",
           .target = &options.log_level,
           .help = "Instead of log.level",
           .value = "LEVEL",
           .choices = {"debug", "info", "warn", "warning", "error"}},
          {.name = "log.format",
           .target = &options.log_format,
           .help = "Instead of log.format",
           .value = "FORMAT",
           .choices = {"logfmt", "json", "text"}}};
}

int serve(const ServeOptions& options, DeviceKinds kinds) {
  Config config = read_config(options, kinds);
  set_up_log(config.log.level, config.log.format);
  if (const auto sockets = http::handed_over_addresses(); !sockets.empty()) {
    log_event(LogLevel::info, std::to_string(sockets.size()) +
                                  " sockets were handed over; they are served instead of web.listen");
    config.web.listen = sockets;
  }
  for (const std::string& warning : config.warnings) log_event(LogLevel::warn, warning);
  block_signals();
  prepare_process(config.jobs.size());

  Store store(polled_devices(config));
  std::deque<Sink> sinks;
  for (const SinkOptions& sink : config.push) sinks.emplace_back(sink);
  store.add_listener([&](const SnapshotPtr& snapshot) {
    for (Sink& sink : sinks) sink.add(snapshot);
  });
  Web web(config.web, store, [&] {
    std::vector<SinkStatus> all;
    for (const Sink& sink : sinks) all.push_back(sink.status());
    return all;
  });
  http::Stop stop;
  {
    const Poller poller(config.jobs, config.poll, record_into(store), stop);
    log_event(LogLevel::info, std::string("boxmeter " BOXMETER_VERSION " polls ") +
                                  std::to_string(config.jobs.size()) + " devices and pushes to " +
                                  std::to_string(config.push.size()) + " sinks; " +
                                  web.addresses().front());
    const Watchdog watchdog(
        {.web_answers = [&] { return web.still_answers(); },
         .poller_stuck = [&](auto now, auto patience) { return poller.stuck(now, patience); },
         .status = [&] { return status_line(store.devices()); }});
    notify("READY=1");
    wait_for_end();
    notify("STOPPING=1");
    unblock_signals();  // a second signal ends at once
    stop.stop();
  }
  for (Sink& sink : sinks) sink.finish();  // all at the same time, then each waits for its end
  return 0;
}

}  // namespace

Prepared prepare_serve(const Program& program) {
  auto wanted = std::make_shared<ServeOptions>();
  return {
      .syntax = {.about = "Polls the devices, answers Prometheus, pushes to sinks; until SIGTERM.",
                 .options = serve_options(*wanted)},
      .run = [wanted, kinds = program.kinds](const Words&) { return serve(*wanted, kinds); }};
}

}  // namespace boxmeter
