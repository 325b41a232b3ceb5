#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/pack.h"
#include "poll/poller.h"
#include "yaml/section.h"

namespace boxmeter {

/// What the sections of devices are read with: the parts of the rest of the file that they need.
struct DeviceContext {
  std::filesystem::path folder = {};  // of the file: relative paths start here
  std::filesystem::path state_dir = {};
  std::chrono::milliseconds interval{30'000};
  std::chrono::milliseconds timeout{10'000};
  std::optional<Value> defaults = {};  // `defaults`
  Packs& packs;
};

/// The devices of `devices` and of files, completed from `defaults`.  Throws Error{config} with the
/// place, or collects it where the values collect mistakes.
std::vector<Job> read_devices(const std::vector<Value>& values, const DeviceContext& context,
                              std::vector<std::string>& warnings);

/// Keys that may stand in a device's section or in `defaults`, whatever the kind.
std::vector<Key> device_keys_of_all(DeviceKinds kinds);
std::vector<Key> defaults_keys_of_all(DeviceKinds kinds);

/// The device's section, completed by what `defaults` says for its kind.  If the device has one of
/// a pair such as password and password_file, it gets neither from `defaults`.
YamlNode with_defaults(const Value& device, const Value& defaults, DeviceKinds kinds);

}  // namespace boxmeter
