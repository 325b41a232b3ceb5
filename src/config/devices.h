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

/// What devices need to know of the rest of the file.
struct Surroundings {
  std::filesystem::path folder = {};  // of the file: relative paths start here
  std::filesystem::path state_dir = {};
  std::chrono::milliseconds interval{30'000};
  std::chrono::milliseconds timeout{10'000};
  std::optional<Value> defaults = {};  // `defaults`
  Packs& packs;
};

/// What is in `devices` and in files, each with what it does not say itself from `defaults`.
/// FRITZ_USERNAME and FRITZ_PASSWORD serve the one Fritz!Box there is.  Throws Error{config} with
/// the place.
std::vector<Job> read_devices(const std::vector<Value>& values, const Surroundings& surroundings,
                              std::vector<std::string>& warnings);

/// Keys that may stand in a device's section or in `defaults`, whatever the kind.
std::vector<Key> device_keys_of_all(DeviceKinds kinds);
std::vector<Key> defaults_keys_of_all(DeviceKinds kinds);

/// The device's section, completed by what `defaults` says for its kind.  Of a pair such as
/// password and password_file the device's own hides both.
YamlNode with_defaults(const Value& device, const Value& defaults, DeviceKinds kinds);

}  // namespace boxmeter
