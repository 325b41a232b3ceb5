#include "config/devices.h"

#include <algorithm>
#include <deque>
#include <map>

#include "base/text.h"
#include "config/clashes.h"
#include "config/endpoint.h"
#include "config/keys.h"
#include "config/source.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

std::vector<Key> with_keys_of_kinds(Keys keys, DeviceKinds kinds) {
  std::vector<Key> all(keys.begin(), keys.end());
  for (const DeviceKind& kind : kinds) all.insert(all.end(), kind.keys.begin(), kind.keys.end());
  return all;
}

void refuse_other_kinds_keys(const Section& section, const DeviceKind& kind, Keys keys_of_all) {
  std::vector<std::string> own;
  for (const Key& key : kind.keys) own.emplace_back(key.name);
  for (const Value::Entry& entry : section.value().entries())
    section.collect([&] {
      const std::string& key = entry.key.raw();
      if (find_key(keys_of_all, key) == nullptr) return;  // reported already
      if (find_key(kDeviceKeys, key) != nullptr || find_key(kind.keys, key) != nullptr) return;
      throw entry.key.problem(entry.key.name() + " is not a key of kind " + std::string(kind.name) +
                              " (it takes: " + joined(own) + ")");
    });
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

/// The value of a key as it is written; "": it has none.
std::string text_of(const Value& mapping, std::string_view key) {
  for (const Value::Entry& entry : mapping.entries())
    if (entry.key.raw() == key && entry.value.is_scalar()) return entry.value.raw();
  return "";
}

bool has(const Value& mapping, std::string_view key) {
  return std::ranges::any_of(mapping.entries(),
                             [&](const Value::Entry& entry) { return entry.key.raw() == key; });
}

const DeviceKind* known_kind(DeviceKinds kinds, std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &DeviceKind::name);
  return found == kinds.end() ? nullptr : &*found;
}

/// How many of the devices are of each kind.
using Counts = std::map<std::string, std::size_t, std::less<>>;
Counts counts_of(const std::vector<Section>& sections) {
  Counts counts;
  for (const Section& section : sections) ++counts[text_of(section.value(), "kind")];
  return counts;
}

/// Reads where the device is, and which certificate it must have.
void read_address(const Section& section, const DeviceKind& kind, const DeviceContext& context,
                  DeviceConfig& device) {
  device.url = kind.default_url;
  const bool is_read = section.collect([&] {
    if (const auto url = section.find("url")) device.url = read_box_url(*url, kind);
  });
  if (!is_read) return;
  section.collect([&] {
    const std::string tls_url = device.url == "auto" ? std::string(kind.default_url) : device.url;
    device.tls = read_tls(section, tls_url, kind.default_tls,
                          context.state_dir / "pins" / device.name, context.folder);
  });
}

/// `places` has the names before this one, and where they are.
void refuse_used_name(const Value& name, std::map<std::string, std::string>& places) {
  const auto [first, is_new] = places.emplace(name.text(), name.place());
  if (!is_new)
    throw name.problem("device '" + first->first + "' is also at " + first->second +
                       "; each device needs a name of its own");
}

Job read_device(const Section& section, const Counts& counts, Keys keys_of_all,
                const DeviceContext& context, std::vector<std::string>& warnings) {
  DeviceConfig device;
  device.name = section.name("name", "device name").value_or("");
  const Value kind_name = section.required("kind");
  device.kind = kind_name.text();
  const DeviceKind& kind = kind_name.placed(
      [&]() -> const DeviceKind& { return find_kind(context.packs.kinds(), device.kind); });
  refuse_other_kinds_keys(section, kind, keys_of_all);
  read_address(section, kind, context, device);
  device.state_dir = context.state_dir;
  device.learned = context.state_dir / "learned" / (device.name + ".json");
  section.collect([&] {
    kind.read({.section = section,
               .folder = context.folder,
               .count_of_kind = counts.contains(kind.name) ? counts.find(kind.name)->second : 0,
               .warnings = warnings},
              device);
  });
  device.interval = section.duration("interval").value_or(context.interval);
  device.polled = section.boolean("poll").value_or(true);
  device.timeout = section.duration("timeout").value_or(context.timeout);
  std::vector<QueryPtr> queries;
  section.collect([&] {
    queries = choose_queries(section.find("queries"), section.value(), kind.name, kind.default_pack,
                             context.packs);
  });
  section.collect([&] {
    const auto labels = section.find("labels");
    if (!labels) return;
    device.labels = read_device_labels(*labels);
    refuse_label_clashes(*labels, device.name, queries);
  });
  if (device.name.empty()) throw AlreadyReported();
  return {.device = std::move(device), .queries = std::move(queries), .kind = &kind};
}

}  // namespace

std::vector<Key> device_keys_of_all(DeviceKinds kinds) {
  return with_keys_of_kinds(kDeviceKeys, kinds);
}

std::vector<Key> defaults_keys_of_all(DeviceKinds kinds) {
  return with_keys_of_kinds(kDefaultsKeys, kinds);
}

YamlNode with_defaults(const Value& device, const Value& defaults, DeviceKinds kinds) {
  if (!device.is_map()) return device.with_members_of(device, [](const auto&) { return false; });
  const std::string named = text_of(device, "kind");
  const DeviceKind* const kind =
      known_kind(kinds, named.empty() ? text_of(defaults, "kind") : named);
  const std::string url = text_of(device, "url");
  const bool is_safe =
      (url.empty() && kind != nullptr ? kind->default_url : url).starts_with("https://");
  return device.with_members_of(defaults, [&](const std::string& key) {
    constexpr std::string_view kFile = "_file";
    const std::string other =
        key.ends_with(kFile) ? key.substr(0, key.size() - kFile.size()) : key + std::string(kFile);
    if (has(device, key) || has(device, other) || (key == "tls" && !is_safe)) return false;
    return find_key(kDefaultsKeys, key) != nullptr ||
           (kind != nullptr && find_key(kind->keys, key) != nullptr);
  });
}

std::vector<Job> read_devices(const std::vector<Value>& values, const DeviceContext& context,
                              std::vector<std::string>& warnings) {
  const std::vector<Key> keys = device_keys_of_all(context.packs.kinds());
  std::deque<YamlNode> completed;  // the sections refer to them
  std::vector<Section> sections;
  bool all_read = true;
  for (const Value& item : values)
    all_read &= item.collect([&] {
      if (!context.defaults) return void(sections.emplace_back(item, keys));
      completed.push_back(with_defaults(item, *context.defaults, context.packs.kinds()));
      sections.emplace_back(Value(item, completed.back(), item.name()), keys);
    });
  const Counts counts = counts_of(sections);
  std::vector<Job> jobs;
  jobs.reserve(sections.size());
  std::map<std::string, std::string> places;
  for (const Section& section : sections) {
    // A sink may name the device even if the rest of it cannot be read.
    Job& named = jobs.emplace_back();
    section.collect([&] { named.device.name = text_of(section.value(), "name"); });
    if (!named.device.name.empty())
      all_read &= section.collect([&] { refuse_used_name(section.required("name"), places); });
    all_read &= section.collect(
        [&] { jobs.back() = read_device(section, counts, keys, context, warnings); });
  }
  if (!all_read) return jobs;  // a warning might only be due to that
  warn_of_shared_series(jobs, warnings);
  return jobs;
}

}  // namespace boxmeter
