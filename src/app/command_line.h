#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"

// What every command shares: reading arguments and saying what is wrong with them.
namespace boxmeter {

using Arguments = std::span<const std::string>;

/// Reads `arguments` into the options of `app`.  Returns what is left over for the command to read
/// itself (positional words).  Throws Error{config} for an unknown or malformed option; prints the
/// help and throws HelpShown for --help.
std::vector<std::string> read_arguments(CLI::App& app, Arguments arguments);
struct HelpShown {};

/// Adds --config.file, without which boxmeter.yml here and then /etc/boxmeter/boxmeter.yml is
/// taken.
void add_config_option(CLI::App& app, std::string& file);
/// The file to read.  Throws Error{config} when none was named and none is there.
std::filesystem::path config_file(const std::string& named);

/// The device of that name.  Throws Error{config} that lists the known ones.
const Job& find_device(const Config& config, const std::string& name);

/// NAME=VALUE words.  Throws Error{config} for one that is none.
std::map<std::string, std::string> named_arguments(Arguments words);

/// Throws Error{config} naming the first word too many.
void expect_nothing_left(const std::vector<std::string>& rest);

}  // namespace boxmeter
