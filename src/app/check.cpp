// check: what is wrong with a configuration.
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"

namespace boxmeter {
namespace {

int check(const std::string& file, DeviceKinds kinds) {
  const Config config = load_config(config_file(file), kinds);
  for (const std::string& warning : config.warnings) std::cerr << "warning: " << warning << "\n";
  std::size_t queries = 0;
  for (const Job& job : config.jobs) queries += job.queries.size();
  std::cout << config_file(file).string() << ": " << config.jobs.size() << " devices, " << queries
            << " queries, " << config.push.size() << " sinks\n";
  return 0;
}

}  // namespace

Prepared prepare_check(const Program& program) {
  auto file = std::make_shared<std::string>();
  return {.syntax = {.about = "Reads the configuration and says what is wrong with it.",
                     .options = {config_option(*file)}},
          .run = [file, kinds = program.kinds](const Words&) { return check(*file, kinds); }};
}

}  // namespace boxmeter
