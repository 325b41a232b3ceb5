// check: validates a configuration.
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "base/text.h"

namespace boxmeter {
namespace {

int check(const std::string& file, DeviceKinds kinds) {
  Config config = load_config(config_file(file), kinds);
  require_spools(config);
  for (const std::string& warning : config.warnings) std::cerr << "warning: " << warning << "\n";
  std::size_t queries = 0;
  for (const Job& job : config.jobs) queries += job.queries.size();
  std::cout << config_file(file).string()
            << ": valid: " << counted(config.jobs.size(), "device", "devices") << ", "
            << counted(queries, "query", "queries") << ", "
            << counted(config.push.size(), "sink", "sinks") << "\n";
  return 0;
}

}  // namespace

Prepared prepare_check(const Program& program) {
  auto file = std::make_shared<std::string>();
  return {.syntax = {.about = "Reads the configuration and says all that is wrong with it.",
                     .options = {config_option(*file)},
                     .words = "[FILE]",
                     .most_words = 1},
          .run = [file, kinds = program.kinds](const Words& words) {
            if (!words.empty() && !file->empty())
              throw Error(ErrorKind::config, "the file is named twice: '" + words[0] +
                                                 "' and --config.file '" + *file + "'");
            return check(words.empty() ? *file : words[0], kinds);
          }};
}

}  // namespace boxmeter
