#include <csignal>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/daemon.h"
#include "app/process.h"
#include "app/watchdog.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/text.h"
#include "config/keys.h"
#include "http/listen.h"

namespace boxmeter {
namespace {

struct ServeOptions {
  std::string file;
  std::vector<std::string> listen;
  std::string web_config;
  std::string external_url;
  std::string route_prefix;
  std::string shard;
  std::string log_level;
  std::string log_format;
};

Config read_config(const ServeOptions& options, DeviceKinds kinds) {
  Config config = load_config(config_file(options.file), kinds);
  require_spools(config);
  const auto override_by = [&](const char* key, const std::string& text) {
    config.overrides.push_back(std::string(key) + ": " + text);
    return text;
  };
  if (!options.listen.empty()) {
    config.web.listen = options.listen;
    override_by("web.listen", joined(options.listen));
  }
  if (!options.web_config.empty())
    config.web.config_file = override_by("web.config_file", options.web_config);
  if (!options.external_url.empty())
    config.web.external_url =
        read_external_url(override_by("web.external_url", options.external_url));
  if (!options.route_prefix.empty())
    config.web.route_prefix =
        read_route_prefix(override_by("web.route_prefix", options.route_prefix));
  if (!options.log_level.empty()) config.log.level = override_by("log.level", options.log_level);
  if (!options.log_format.empty())
    config.log.format = override_by("log.format", options.log_format);
  if (!options.shard.empty())
    config.shard = read_shard(override_by("shard", options.shard), config.shard);
  keep_share(config);
  return config;
}

/// " of 10, as shard 0 of 3"; empty if there is only one shard.
std::string share_in_words(const Config& config) {
  if (config.shard.of == 1) return "";
  return " of " + std::to_string(config.jobs.size() + config.others.size()) + ", as shard " +
         std::to_string(config.shard.index) + " of " + std::to_string(config.shard.of) + ",";
}

/// Blocks until SIGTERM or SIGINT; reloads on SIGHUP.
void wait_for_end(Daemon& daemon) {
  for (;;) {
    const int signal = wait_for_signal();
    if (signal == SIGHUP) {
      daemon.reload();
      continue;
    }
    log_event(LogLevel::info, signal == SIGINT ? "stopping on SIGINT" : "stopping on SIGTERM");
    return;
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
          shard_option(options.shard),
          {.name = "log.level",
           .target = &options.log_level,
           .help = "Instead of log.level",
           .value = "LEVEL",
           .choices = {std::begin(kLogLevels), std::end(kLogLevels)}},
          {.name = "log.format",
           .target = &options.log_format,
           .help = "Instead of log.format",
           .value = "FORMAT",
           .choices = {std::begin(kLogFormats), std::end(kLogFormats)}}};
}

int serve(const ServeOptions& options, DeviceKinds kinds) {
  FileHashes seen;
  Config config = recording_hashes(seen, [&] { return read_config(options, kinds); });
  set_up_log(config.log.level, config.log.format);
  const auto sockets = http::handed_over_addresses();
  if (!sockets.empty()) {
    log_event(LogLevel::info,
              std::to_string(sockets.size()) +
                  " sockets were handed over; they are served instead of web.listen");
    config.web.listen = sockets;
  }
  for (const std::string& warning : config.warnings) log_event(LogLevel::warn, warning);
  block_signals();
  prepare_process(config.jobs.size());
  give_back_memory();

  Daemon daemon({.kinds = kinds,
                 .file = config_file(options.file).string(),
                 .read =
                     [options, kinds, sockets] {
                       Config again = read_config(options, kinds);
                       if (!sockets.empty()) again.web.listen = sockets;
                       return again;
                     }},
                config, std::move(seen));
  log_event(LogLevel::info, std::string("boxmeter " BOXMETER_VERSION " polls ") +
                                counted(config.jobs.size(), "device", "devices") +
                                share_in_words(config) + " and pushes to " +
                                counted(config.push.size(), "sink", "sinks") + "; " +
                                joined(daemon.addresses()));
  const Watchdog watchdog(daemon.health_checks());
  notify("READY=1");
  wait_for_end(daemon);
  notify("STOPPING=1");
  unblock_signals();  // a second signal ends the process at once
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
