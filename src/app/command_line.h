#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "options/option.h"

// What commands share: the configuration, and words of the command line.  One thread.
namespace boxmeter {

using Arguments = std::span<const std::string>;
using Words = std::vector<std::string>;

/// --config.file, without which the first of usual_config_files() is taken.
Option config_option(std::string& file);
/// --shard INDEX/OF: instead of `shard` of the configuration.
Option shard_option(std::string& shard);
/// boxmeter.yml here, in the user's folder, in /etc/boxmeter.
std::vector<std::filesystem::path> usual_config_files();
/// The file to read.  Throws Error{config} when none was named and none is there.
std::filesystem::path config_file(const std::string& named);

/// The device of that name.  Throws Error{config} that lists the known ones.
const Job& find_device(const Config& config, const std::string& name);

/// NAME=VALUE words.  Throws Error{config} for one that is none.
std::map<std::string, std::string> named_arguments(Arguments words);

}  // namespace boxmeter
