#include "app/command_line.h"

#include <iostream>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter {
namespace {

[[noreturn]] void refuse_option(const CLI::App& app, const std::string& word) {
  const std::string flag = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  throw Error(ErrorKind::config, "unknown option '" + flag + "'" + did_you_mean(flag, known) +
                                     "; see 'boxmeter " + app.get_name() + " --help'");
}

}  // namespace

std::vector<std::string> read_arguments(CLI::App& app, Arguments arguments) {
  app.allow_extras();
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11's order
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    throw HelpShown();
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::config,
                lower(std::string(error.what()).substr(0, 1)) +
                    std::string(error.what())
                        .substr(std::min<std::size_t>(1, std::string(error.what()).size())));
  }
  std::vector<std::string> rest = app.remaining();
  for (const std::string& word : rest)
    if (word.size() > 1 && word.starts_with("-")) refuse_option(app, word);
  return rest;
}

void add_config_option(CLI::App& app, std::string& file) {
  app.add_option("--config.file", file,
                 "The configuration (default: boxmeter.yml, then /etc/boxmeter/boxmeter.yml)");
}

std::filesystem::path config_file(const std::string& named) {
  if (!named.empty()) return named;
  for (const char* candidate : {"boxmeter.yml", "/etc/boxmeter/boxmeter.yml"})
    if (std::filesystem::exists(candidate)) return candidate;
  throw Error(ErrorKind::config,
              "no configuration: neither boxmeter.yml nor /etc/boxmeter/boxmeter.yml is there; "
              "name one with --config.file");
}

const Job& find_device(const Config& config, const std::string& name) {
  std::vector<std::string> known;
  for (const Job& job : config.jobs) {
    if (job.device.name == name) return job;
    known.push_back(job.device.name);
  }
  throw Error(ErrorKind::config, "unknown device '" + name + "'" + did_you_mean(name, known) +
                                     " (known: " + joined(known) + ")");
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

void expect_nothing_left(const std::vector<std::string>& rest) {
  if (!rest.empty()) throw Error(ErrorKind::config, "unexpected argument '" + rest.front() + "'");
}

}  // namespace boxmeter
