#include <spdlog/spdlog.h>

#include <csignal>
#include <deque>
#include <iostream>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/log.h"
#include "app/process.h"
#include "app/registrations.h"

namespace boxmeter {
namespace {

struct ServeOptions {
  std::string file;
  std::vector<std::string> listen;
  std::string web_config;
  std::string log_level;
  std::string log_format;
};

ServeOptions read_options(std::span<const std::string> arguments) {
  ServeOptions options;
  CLI::App app("Polls the devices, answers Prometheus, pushes to sinks; until SIGTERM.", "serve");
  add_config_option(app, options.file);
  app.add_option("--web.listen-address", options.listen, "Instead of web.listen; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--web.config.file", options.web_config, "Instead of web.config_file");
  app.add_option("--log.level", options.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_option("--log.format", options.log_format, "logfmt, json or text")
      ->check(CLI::IsMember({"logfmt", "json", "text"}));
  expect_nothing_left(read_arguments(app, arguments));
  if (!options.web_config.empty())
    throw Error(ErrorKind::config, "--web.config.file is not available yet");
  return options;
}

Config read_config(const ServeOptions& options) {
  Config config = load_config(config_file(options.file));
  if (!options.listen.empty()) config.web.listen = options.listen;
  if (!options.log_level.empty()) config.log.level = options.log_level;
  if (!options.log_format.empty()) config.log.format = options.log_format;
  return config;
}

void wait_for_end() {
  for (;;) {
    const int signal = wait_for_signal();
    if (signal != SIGHUP) {
      spdlog::info("stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
      return;
    }
    spdlog::warn("SIGHUP: reload is not available yet; restart to read the configuration again");
  }
}

}  // namespace

int serve(std::span<const std::string> arguments) {
  const Config config = read_config(read_options(arguments));
  set_up_log(config.log);
  for (const std::string& warning : config.warnings) spdlog::warn("{}", warning);
  block_signals();
  prepare_process(config.jobs.size());

  Store store(registrations(config));
  std::deque<Sink> sinks;
  for (const SinkOptions& options : config.push) sinks.emplace_back(options);
  store.add_listener([&](const SnapshotPtr& snapshot) {
    for (Sink& sink : sinks) sink.add(snapshot);
  });
  const Web web(config.web, store, [&] {
    std::vector<SinkStatus> all;
    for (const Sink& sink : sinks) all.push_back(sink.status());
    return all;
  });
  http::Stop stop;
  {
    const Poller poller(config.jobs, config.poll, record_into(store), stop);
    spdlog::info("boxmeter {} polls {} devices and pushes to {} sinks; http://{}/",
                 BOXMETER_VERSION, config.jobs.size(), config.push.size(), web.addresses().front());
    wait_for_end();
    unblock_signals();  // a second signal ends at once
    stop.stop();
  }
  for (Sink& sink : sinks) sink.finish();  // all at the same time, then each waits for its end
  return 0;
}

}  // namespace boxmeter
