#include "config/config.h"

#include <algorithm>

#include "base/environment.h"
#include "base/file.h"
#include "config/devices.h"
#include "config/endpoint.h"
#include "config/pack.h"
#include "config/push.h"
#include "config/state_dir.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

WebOptions read_web(const Value& value) {
  const Section section(value, {"listen", "config_file"});
  WebOptions web;
  if (section.has("config_file"))
    throw section.key("config_file")
        .problem(
            "'config_file' is not available yet (TLS and passwords of our own server); "
            "remove it");
  if (const auto listen = section.find("listen")) {
    web.listen.clear();
    for (const Value& address : listen->list_or_one()) {
      web.listen.push_back(read_listen_address(address));
      if (std::ranges::count(web.listen, web.listen.back()) > 1 &&
          !web.listen.back().ends_with(":0"))
        throw address.problem("'" + web.listen.back() + "' is given twice");
    }
    if (web.listen.empty()) throw listen->problem("'listen' must name at least one address");
  }
  return web;
}

LogOptions read_log(const Value& value) {
  const Section section(value, {"level", "format"});
  LogOptions log;
  if (const auto level = section.find("level"))
    log.level = word(*level, {"debug", "info", "warn", "error"});
  if (const auto format = section.find("format"))
    log.format = word(*format, {"logfmt", "json", "text"});
  return log;
}

PollOptions read_poll(const Value& value, Surroundings& surroundings) {
  const Section section(value, {"interval", "timeout", "series_limit", "workers"});
  PollOptions poll;
  if (const auto interval = section.find("interval"))
    surroundings.interval = duration(*interval, 100ms, 24h);
  if (const auto timeout = section.find("timeout"))
    surroundings.timeout = duration(*timeout, 100ms, 5min);
  if (const auto limit = section.find("series_limit"))
    poll.series_limit = integer(*limit, 1, 1'000'000);
  if (const auto workers = section.find("workers")) poll.workers = integer(*workers, 1, 1024);
  return poll;
}

Document read_document(const fs::path& file) {
  try {
    return parse_yaml(read_file(file), file.string());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::too_large) throw;
    throw Error(ErrorKind::config, error.what());
  }
}

}  // namespace

Config load_config(const fs::path& file, DeviceKinds kinds) {
  const Document document = read_document(file);
  const Value whole(document);
  if (whole.is_null())
    throw whole.problem("the configuration is empty; it needs at least 'devices'");
  const Section root(whole, {"web", "state_dir", "query_files", "poll", "devices", "push", "log"});
  Config config;
  const fs::path folder = file.parent_path();
  if (const auto web = root.find("web")) config.web = read_web(*web);
  if (const auto log = root.find("log")) config.log = read_log(*log);
  const auto state_dir = root.find("state_dir");
  config.state_dir = state_dir ? folder / state_dir->text() : default_state_dir();
  Packs packs(kinds, root.find("query_files"), folder, config.warnings);
  Surroundings surroundings{.folder = folder, .state_dir = config.state_dir, .packs = packs};
  if (const auto poll = root.find("poll")) config.poll = read_poll(*poll, surroundings);
  config.jobs = read_devices(root.required("devices"), surroundings, config.warnings);
  if (const auto push = root.find("push"))
    config.push = read_sinks(*push, folder, config.jobs, packs, config.warnings);
  packs.finish();
  if (const std::string why = unusable_state(config.state_dir, config.jobs); !why.empty())
    throw state_dir ? state_dir->problem(why) : Error(ErrorKind::config, why);
  return config;
}

}  // namespace boxmeter
