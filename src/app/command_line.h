#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "options/option.h"

// What the commands share: finding the configuration, reading arguments.  One thread.
namespace boxmeter {

using Arguments = std::span<const std::string>;
using Words = std::vector<std::string>;

/// The option --config.file; without it config_file() takes the first of usual_config_files().
Option config_option(std::string& file);
/// The option --shard INDEX/OF, which overrides `shard` of the configuration.
Option shard_option(std::string& shard);
/// boxmeter.yml in the current folder, in the user's configuration folder, and in /etc/boxmeter.
std::vector<std::filesystem::path> usual_config_files();
/// The file to read: `named`, if not empty.  Throws Error{config} if there is none.
std::filesystem::path config_file(const std::string& named);

/// The device of that name.  Throws Error{config} that lists the known ones.
const Job& find_device(const Config& config, const std::string& name);

/// Reads words of the form NAME=VALUE.  Throws Error{config} for another one.
std::map<std::string, std::string> named_arguments(Arguments words);

}  // namespace boxmeter
