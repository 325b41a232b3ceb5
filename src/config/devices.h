#pragma once
#include <chrono>
#include <filesystem>
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
  Packs& packs;
};

/// `devices`.  FRITZ_USERNAME and FRITZ_PASSWORD serve the one Fritz!Box there is.  Throws
/// Error{config} with the place.
std::vector<Job> read_devices(const Value& value, const Surroundings& surroundings,
                              std::vector<std::string>& warnings);

}  // namespace boxmeter
