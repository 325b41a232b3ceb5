#include "app/command_line.h"

#include "base/environment.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace boxmeter {

Option config_option(std::string& file) {
  return {.name = "config.file",
          .letter = 'c',
          .target = &file,
          .help = "The configuration",
          .value = "FILE",
          .otherwise = "boxmeter.yml here, in ~/.config/boxmeter or in /etc/boxmeter"};
}

Option shard_option(std::string& shard) {
  return {
      .name = "shard",
      .target = &shard,
      .help = "Instead of shard: the share of the devices that this boxmeter takes, such as 0/3",
      .value = "INDEX/OF"};
}

std::vector<std::filesystem::path> usual_config_files() {
  std::vector<std::filesystem::path> files = {"boxmeter.yml"};
  if (const auto own = user_config_dir(); !own.empty()) files.push_back(own / "boxmeter.yml");
  files.emplace_back("/etc/boxmeter/boxmeter.yml");
  return files;
}

namespace {

/// A sentence that names the example configuration, if it was installed with the program, or else
/// the man page.
std::string where_the_example_is() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto example =
      program.parent_path().parent_path() / "share/doc/boxmeter/examples/boxmeter.yml";
  if (!error && std::filesystem::exists(example, error))
    return "an example with every key is '" + example.string() + "'";
  return "'man boxmeter.yml' tells every key";
}

}  // namespace

std::filesystem::path config_file(const std::string& named) {
  if (!named.empty()) {
    std::error_code error;
    if (std::filesystem::exists(named, error) || error)
      return named;  // reading it gives the better error
    throw Error(ErrorKind::config, "there is no file '" + named +
                                       "': 'boxmeter setup --config.file " + named +
                                       "' writes one; " + where_the_example_is());
  }
  std::string places;
  for (const std::filesystem::path& candidate : usual_config_files()) {
    if (file_exists(candidate)) return candidate;
    places.append(places.empty() ? "" : ", ").append(candidate.string());
  }
  throw Error(ErrorKind::config, "no configuration (looked for " + places +
                                     "): 'boxmeter setup' writes one, --config.file names another");
}

const Job& find_device(const Config& config, const std::string& name) {
  std::vector<std::string> known;
  for (const Job& job : config.jobs) {
    if (job.device.name == name) return job;
    known.push_back(job.device.name);
  }
  const std::string meant = did_you_mean(name, known);
  constexpr std::size_t kShown = 20;
  const std::size_t others = known.size() > kShown ? known.size() - kShown : 0;
  known.resize(known.size() - others);
  throw Error(ErrorKind::config,
              "unknown device '" + name + "'" + meant + " (known: " + joined(known) +
                  (others == 0 ? "" : " and " + std::to_string(others) + " more") + ")");
}

std::map<std::string, std::string> named_arguments(Arguments words) {
  std::map<std::string, std::string> arguments;
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorKind::config, "argument '" + word + "' is not of the form NAME=VALUE");
    arguments[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return arguments;
}

}  // namespace boxmeter
