#include "config/config.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/environment.h"
#include "base/file.h"
#include "config/device_files.h"
#include "config/devices.h"
#include "config/endpoint.h"
#include "config/keys.h"
#include "config/pack.h"
#include "config/push.h"
#include "config/state_dir.h"
#include "http/url.h"
#include "publish/web_file.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

/// A name or an address, with or without a port.
std::string read_host(const Value& value) {
  const auto url = http::parse_url(value.text());
  if (!url || !url->scheme.empty() || !url->rest.empty() || url->has_credentials)
    throw value.problem("'hosts' takes names such as boxmeter.example, not " +
                        http::quoted_url(value.text()));
  return value.text();
}

WebOptions read_web(const Value& value, const fs::path& folder, Mistakes& mistakes) {
  const Section section(value, kWebKeys);
  WebOptions web;
  if (const auto file = section.find("config_file")) {
    web.config_file = (folder / file->text()).string();
    file->placed(
        [&] { read_file(web.config_file); });  // reported here; mistakes in it, at their own places
    read_web_file(web.config_file, mistakes);
  }
  web.health_without_login = section.boolean("health_without_login").value_or(false);
  if (const auto hosts = section.find("hosts"))
    for (const Value& host : hosts->list_or_one()) web.hosts.push_back(read_host(host));
  if (const auto url = section.find("external_url"))
    web.external_url = url->placed([&] { return read_external_url(url->text()); });
  if (const auto prefix = section.find("route_prefix"))
    web.route_prefix = prefix->placed([&] { return read_route_prefix(prefix->text()); });
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
  const Section section(value, kLogKeys);
  LogOptions log;
  log.level = section.word("level").value_or(log.level);
  log.format = section.word("format").value_or(log.format);
  return log;
}

PollOptions read_poll(const Value& value, DeviceContext& context) {
  const Section section(value, kPollKeys);
  PollOptions poll;
  context.interval = section.duration("interval").value_or(context.interval);
  context.timeout = section.duration("timeout").value_or(context.timeout);
  poll.series_limit = section.integer("series_limit").value_or(poll.series_limit);
  poll.workers = section.integer("workers").value_or(poll.workers);
  return poll;
}

Shard read_shard(const Value& value) {
  const Section section(value, kShardKeys);
  const Value index = section.required("index");
  Shard shard{.of = static_cast<unsigned>(section.integer("of").value_or(1))};
  section.collect([&] {
    shard.index = index.placed([&] { return read_shard_index(index.text(), shard.of); });
  });
  if (const auto address = section.find("address"))
    shard.address = address->placed([&] { return read_shard_address(address->text()); });
  return shard;
}

Document read_document(const fs::path& file) {
  try {
    return parse_yaml(read_file(file), file.string());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::too_large) throw;
    throw Error(ErrorKind::config, error.what());
  }
}

std::optional<Value> member(const Value& mapping, std::string_view name) {
  for (const auto& [key, value] : mapping.entries())
    if (key.raw() == name) return value;
  return {};
}

/// A warning about `defaults` comes once per device.
void drop_repetitions(std::vector<std::string>& lines) {
  std::set<std::string> seen;
  std::erase_if(lines, [&](const std::string& line) { return !seen.insert(line).second; });
}

/// One section after the other, each in its own collect(): a mistake in one hides none in another.
Config read_config(const fs::path& file, const Document& document, DeviceKinds kinds,
                   Mistakes& mistakes) {
  const Value whole(document, &mistakes);
  if (whole.is_null())
    throw whole.problem("the configuration is empty; it needs at least 'devices'");
  const Section root(whole, kRootKeys);
  Config config;
  const auto with = [&](std::string_view key, auto read) {
    root.collect([&] {
      if (const auto value = root.find(key)) read(*value);
    });
  };
  const fs::path folder = file.parent_path();
  with("web", [&](const Value& web) { config.web = read_web(web, folder, mistakes); });
  with("log", [&](const Value& log) { config.log = read_log(log); });
  config.reload_by_content = root.word("reload") == "auto";
  const auto state_dir = root.text("state_dir");
  config.state_dir = state_dir ? folder / *state_dir : default_state_dir();
  std::optional<Value> query_files;
  with("query_files", [&](const Value& files) { query_files = files; });
  Packs packs(kinds, query_files, folder, config.warnings, mistakes);
  DeviceContext context{.folder = folder, .state_dir = config.state_dir, .packs = packs};
  with("poll", [&](const Value& poll) { config.poll = read_poll(poll, context); });
  with("shard", [&](const Value& shard) { config.shard = read_shard(shard); });
  with("defaults", [&](const Value& defaults) {
    const std::vector<Key> keys = defaults_keys_of_all(kinds);
    if (!Section(defaults, keys).value().entries().empty()) context.defaults = defaults;
  });
  root.collect([&] {
    const std::vector<Key> keys = device_keys_of_all(kinds);
    const DeviceFiles files(root.find("device_files"), folder, keys, config.warnings, mistakes);
    config.device_files = files.documents();
    std::vector<Value> devices = files.devices();
    if (const auto own = root.find("devices")) {
      const std::vector<Value> first = own->list();
      devices.insert(devices.begin(), first.begin(), first.end());
      if (devices.empty()) throw own->problem("'devices' must list at least one device");
    } else if (!root.has("device_files")) {
      root.required("devices");
    } else if (devices.empty() && files.complete()) {
      throw root.key("device_files").problem("the files of 'device_files' list no device");
    }
    config.jobs = read_devices(devices, context, config.warnings);
  });
  with("push", [&](const Value& push) {
    config.push = read_sinks(push, folder, config.state_dir, config.jobs, packs, config.warnings);
  });
  packs.finish();
  if (const std::string why = unusable_state(config.state_dir, config.jobs); !why.empty())
    throw state_dir ? root.required("state_dir").problem(why) : Error(ErrorKind::config, why);
  drop_repetitions(config.warnings);
  return config;
}

}  // namespace

void require_spools(Config& config) {
  for (std::string& line : forgotten_spools(config.state_dir, config.push))
    config.warnings.push_back(std::move(line));
  const UnusableSpool unusable = unusable_spool(config.state_dir, config.push);
  if (unusable.why.empty()) return;
  if (unusable.is_temporary) return config.warnings.push_back(unusable.why);
  const auto named = member(Value(*config.document), "state_dir");
  throw named ? named->problem(unusable.why) : Error(ErrorKind::config, unusable.why);
}

fs::path configured_state_dir(const fs::path& file) {
  const Document document = read_document(file);
  const auto state_dir = member(Value(document), "state_dir");
  return state_dir ? file.parent_path() / state_dir->text() : default_state_dir();
}

ConfiguredWeb configured_web(const fs::path& file) {
  const Document document = read_document(file);
  ConfiguredWeb web;
  const auto section = member(Value(document), "web");
  if (!section) return web;
  if (const auto web_file = member(*section, "config_file"))
    web.config_file = file.parent_path() / web_file->text();
  if (const auto listen = member(*section, "listen")) {
    web.listen.clear();
    for (const Value& address : listen->list_or_one())
      web.listen.push_back(read_listen_address(address));
    if (web.listen.empty()) throw listen->problem("'listen' must name at least one address");
  }
  return web;
}

void keep_share(Config& config) {
  const auto own =
      std::stable_partition(config.jobs.begin(), config.jobs.end(),
                            [&](const Job& job) { return config.shard.takes(job.device.name); });
  config.others.insert(config.others.end(), std::make_move_iterator(own),
                       std::make_move_iterator(config.jobs.end()));
  config.jobs.erase(own, config.jobs.end());
}

Config load_config(const fs::path& file, DeviceKinds kinds) {
  Mistakes mistakes;
  Config config;
  mistakes.collect([&] {
    const auto document = std::make_shared<const Document>(read_document(file));
    config = read_config(file, *document, kinds, mistakes);
    config.document = document;
  });
  mistakes.throw_if_any();
  return config;
}

}  // namespace boxmeter
