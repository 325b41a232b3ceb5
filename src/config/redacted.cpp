#include "config/redacted.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/device_files.h"
#include "config/devices.h"
#include "config/keys.h"
#include "yaml/section.h"

namespace boxmeter {
namespace {

constexpr std::string_view kHidden = "<secret>";

bool is_plain(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./${}<>-+@:";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string::npos &&
         text.find_first_of("-@:{}<>$.") != 0 && !text.ends_with(':');
}

/// `text` as a YAML scalar, quoted if necessary; a JSON string is valid YAML.
std::string yaml_scalar(const std::string& text) {
  if (is_plain(text) || text == kHidden) return text;
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What stands behind the '?' of an address is often a password.
std::string without_query(const std::string& url) {
  const auto query = url.find('?');
  return query == std::string::npos ? url : url.substr(0, query + 1) + std::string(kHidden);
}

/// The value in YAML's flow style.  `key`: the row of its key; null: the key is the user's own.
std::string flow(const Value& value, const Key* key);

std::string members(const Value& value, bool are_secret) {
  std::vector<std::string> texts;
  for (const auto& [name, member] : value.entries())
    texts.push_back(yaml_scalar(name.raw()) + ": " +
                    (are_secret ? std::string(kHidden) : flow(member, nullptr)));
  return "{" + joined(texts) + "}";
}

std::string flow(const Value& value, const Key* key) {
  const bool is_secret = key != nullptr && key->secret;
  if (value.is_map()) return members(value, is_secret);
  if (is_secret) return std::string(kHidden);
  if (value.is_list()) {
    std::vector<std::string> texts;
    for (const Value& item : value.list()) texts.push_back(flow(item, key));
    return "[" + joined(texts) + "]";
  }
  if (value.is_null()) return "null";
  const bool is_url = key != nullptr && key->type == KeyType::url;
  return yaml_scalar(is_url ? without_query(value.raw()) : value.raw());
}

class ConfigPrinter {
 public:
  ConfigPrinter(DeviceKinds kinds, bool with_lines) : kinds_(kinds), with_lines_(with_lines) {}

  /// Prints a mapping in the order of its table.  `first`: what stands before the first line.
  void section(const Value& value, Keys keys, std::size_t indent, std::string first = "") {
    for (const Key& key : keys) {
      const std::string before = first.empty() ? std::string(indent, ' ') : first;
      const auto given = find(value, key.name);
      const bool is_devices = key.members == &kDeviceTable && indent == 0;
      const bool is_shown = given ? add(before, *given, key, indent)
                            : is_devices && !device_files.empty()
                                ? (text += before + std::string(key.name) + ":\n", true)
                                : add_default(before, key, indent);
      if (is_devices) add_device_files(key, indent + 2);
      if (is_shown) first.clear();
    }
  }

  std::string text;

 private:
  static std::optional<Value> find(const Value& value, std::string_view name) {
    for (const Value::Entry& entry : value.entries())
      if (entry.key.raw() == name) return entry.value;
    return std::nullopt;
  }

  bool add(const std::string& before, const Value& value, const Key& key, std::size_t indent) {
    const std::string name(key.name);
    if (name == "defaults" && indent == 0) return false;  // shown in each device
    if (key.type == KeyType::section && value.is_map()) {
      text += before + name + ":\n";
      section(value, key.members->keys, indent + 2);
    } else if (key.type == KeyType::sections && value.is_list()) {
      text += before + name + ":\n";
      for (const Value& item : value.list()) add_item(item, key, indent + 2);
    } else {
      line(before + name + ": " + flow(value, &key), value.place());
    }
    return true;
  }

  /// Devices of `device_files`, shown among the others.
  void add_device_files(const Key& key, std::size_t indent) {
    for (const auto& file : device_files) {
      text += std::string(indent, ' ') + "# from '" + file->name + "', by device_files:\n";
      for (const Value& item : devices_in(*file)) add_item(item, key, indent);
    }
  }

  void add_item(const Value& item, const Key& key, std::size_t indent) {
    const std::string first = std::string(indent, ' ') + "- ";
    if (key.members != &kDeviceTable) return section(item, key.members->keys, indent + 2, first);
    const std::vector<Key> keys = device_keys_of_all(kinds_);
    const YamlNode node = defaults ? with_defaults(item, *defaults, kinds_)
                                   : item.with_members_of(item, [](const auto&) { return false; });
    const Value device(item, node, item.name());
    const auto kind = find(device, "kind");
    std::vector<Key> own;  // those that its kind takes
    for (const Key& row : keys)
      if (find_key(kDeviceKeys, row.name) != nullptr || (kind && takes(kind->raw(), row)))
        own.push_back(kind ? with_default_of(kind->raw(), row) : row);
    section(device, own, indent + 2, first);
  }

  /// A device without an address or queries has those of its kind.
  Key with_default_of(const std::string& kind, Key row) const {
    const auto known = std::ranges::find(kinds_, kind, &DeviceKind::name);
    if (known == kinds_.end()) return row;
    if (row.name == "url") row.default_text = known->default_url;
    if (row.name == "queries") row.default_text = known->default_pack;
    return row;
  }

  bool takes(const std::string& kind, const Key& row) const {
    return std::ranges::any_of(kinds_, [&](const DeviceKind& one) {
      const Key* const found = one.name == kind ? find_key(one.keys, row.name) : nullptr;
      return found != nullptr && found->help == row.help;
    });
  }

  bool add_default(const std::string& before, const Key& key, std::size_t indent) {
    const bool is_opt_in =
        key.members != nullptr && std::ranges::any_of(key.members->keys, &Key::required);
    if (key.type == KeyType::section && is_opt_in)
      return false;  // without it there is no such section
    if (key.type == KeyType::section && key.name != "defaults") {
      std::string inner = std::exchange(text, "");
      for (const Key& row : key.members->keys)
        add_default(std::string(indent + 2, ' '), row, indent + 2);
      std::swap(inner, text);
      if (inner.empty()) return false;
      text += before + std::string(key.name) + ":\n" + inner;
      return true;
    }
    if (key.default_text.empty()) return false;
    line(before + std::string(key.name) + ": " + std::string(key.default_text), "default");
    return true;
  }

  void line(std::string content, const std::string& from) {
    text += std::move(content) + (with_lines_ ? "  # " + from : "") + "\n";
  }

 public:
  std::optional<Value> defaults = {};
  std::vector<std::shared_ptr<const Document>> device_files = {};

 private:
  DeviceKinds kinds_;
  bool with_lines_;
};

}  // namespace

std::string redacted_config(const Config& config, DeviceKinds kinds, bool with_lines) {
  const Value whole(*config.document);
  ConfigPrinter printer(kinds, with_lines);
  for (const Value::Entry& entry : whole.entries())
    if (entry.key.raw() == "defaults") printer.defaults = entry.value;
  printer.device_files = config.device_files;
  for (const std::string& override : config.overrides)
    printer.text += "# from the command line, whatever stands below: " + override + "\n";
  printer.section(whole, kRootKeys, 0);
  return printer.text;
}

}  // namespace boxmeter
