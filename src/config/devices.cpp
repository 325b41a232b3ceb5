#include "config/devices.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "config/clashes.h"
#include "config/endpoint.h"
#include "config/source.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kCommonKeys = {"name",     "kind",    "url",    "tls",
                                              "interval", "timeout", "labels", "queries"};
/// What a device's section may hold, whatever its kind: a key that only another kind takes is told
/// from one that nobody knows.
std::vector<std::string> keys_of_all(DeviceKinds kinds) {
  std::vector<std::string> keys = kCommonKeys;
  for (const DeviceKind& kind : kinds)
    for (const Key& key : kind.keys) keys.emplace_back(key.name);
  return keys;
}

void refuse_other_kinds_keys(const Section& section, const DeviceKind& kind) {
  std::vector<std::string> own;
  for (const Key& key : kind.keys) own.emplace_back(key.name);
  const auto is_in = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  for (const Value::Entry& entry : section.value().entries()) {
    if (is_in(kCommonKeys, entry.key.raw()) || is_in(own, entry.key.raw())) continue;
    throw entry.key.problem(entry.key.name() + " is not a key of kind " + std::string(kind.name) +
                            " (it takes: " + joined(own) + ")");
  }
}

Labels read_device_labels(const Value& value) {
  Labels labels;
  for (const auto& [key, label] : value.entries()) {
    check_label_name(key);
    labels.emplace_back(key.raw(), label.text());
    if (labels.back().second.empty())
      throw label.problem("label " + key.name() + " is empty; remove it or give it a value");
  }
  return labels;
}

/// How many of the devices are of that kind.
std::size_t count_of(const DeviceKind& kind, const std::vector<Section>& sections) {
  return std::ranges::count_if(sections, [&](const Section& section) {
    const auto name = section.find("kind");
    return name && name->text() == kind.name;
  });
}

Job read_device(const Section& section, const std::vector<Section>& sections,
                const Surroundings& surroundings, std::vector<std::string>& warnings) {
  DeviceConfig device;
  device.name = plain_name(section.required("name"), "device name");
  const Value kind_name = section.required("kind");
  device.kind = kind_name.text();
  const DeviceKind& kind = kind_name.placed(
      [&]() -> const DeviceKind& { return find_kind(surroundings.packs.kinds(), device.kind); });
  refuse_other_kinds_keys(section, kind);
  const auto url = section.find("url");
  device.url = url ? read_box_url(*url, kind) : std::string(kind.default_url);
  const std::string tls_url = device.url == "auto" ? std::string(kind.default_url) : device.url;
  device.tls = read_tls(section, tls_url, kind.default_tls,
                        surroundings.state_dir / "pins" / device.name, surroundings.folder);
  device.state_dir = surroundings.state_dir;
  device.learned = surroundings.state_dir / "learned" / (device.name + ".json");
  kind.read({.section = section,
             .folder = surroundings.folder,
             .count_of_kind = count_of(kind, sections),
             .warnings = warnings},
            device);
  const auto interval = section.find("interval");
  device.interval = interval ? duration(*interval, 100ms, 24h) : surroundings.interval;
  const auto timeout = section.find("timeout");
  device.timeout = timeout ? duration(*timeout, 100ms, 5min) : surroundings.timeout;
  std::vector<QueryPtr> queries = choose_queries(section.find("queries"), section.value(),
                                                 kind.name, kind.default_pack, surroundings.packs);
  if (const auto labels = section.find("labels")) {
    device.labels = read_device_labels(*labels);
    refuse_label_clashes(*labels, device.name, queries);
  }
  return {.device = std::move(device), .queries = std::move(queries), .kind = &kind};
}

}  // namespace

std::vector<Job> read_devices(const Value& value, const Surroundings& surroundings,
                              std::vector<std::string>& warnings) {
  const std::vector<std::string> keys = keys_of_all(surroundings.packs.kinds());
  std::vector<Section> sections;
  for (const Value& item : value.list()) sections.emplace_back(item, keys);
  std::vector<Job> jobs;
  std::map<std::string, std::string> places;
  for (const Section& section : sections) {
    jobs.push_back(read_device(section, sections, surroundings, warnings));
    const Value name = section.required("name");
    const auto [first, is_new] = places.emplace(jobs.back().device.name, name.place());
    if (!is_new)
      throw name.problem("device '" + first->first + "' is also at " + first->second +
                         "; each device needs a name of its own");
  }
  if (jobs.empty()) throw value.problem("'devices' must list at least one device");
  warn_of_shared_series(jobs, warnings);
  return jobs;
}

}  // namespace boxmeter
