// freebox commands: lists pyfbx's commands.
#include <iostream>
#include <memory>

#include "app/freebox/subcommands.h"
#include "app/terminal.h"
#include "base/text.h"
#include "device/freebox/commands.h"

namespace boxmeter {
namespace {

using Chosen = std::vector<const freebox::Command*>;

std::string name_of(const freebox::Command& command) {
  return std::string(command.system) + "." + std::string(command.method);
}

/// All commands, those of one system, or one.
Chosen choose(const std::string& wanted) {
  Chosen chosen;
  for (const freebox::Command& command : freebox::commands())
    if (wanted.empty() || command.system == wanted) chosen.push_back(&command);
  if (chosen.empty()) chosen.push_back(&freebox::find_command(wanted));
  return chosen;
}

nlohmann::ordered_json as_json(const Chosen& chosen) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const freebox::Command* command : chosen) {
    list.push_back({{"command", name_of(*command)},
                    {"verb", freebox::name(command->verb)},
                    {"path", command->path},
                    {"parameters", freebox::parameters_of(command->path)},
                    {"post_data", command->takes_body}});
    if (!command->choices.empty()) {
      nlohmann::ordered_json words = nlohmann::ordered_json::array();
      for (const std::string_view word : split(command->choices, ',')) words.push_back(word);
      list.back()["choices"] = words;
    }
  }
  return list;
}

std::string as_table(const Chosen& chosen) {
  std::vector<TableRow> rows = {{"COMMAND", "VERB", "PATH", "ARGUMENTS"}};
  for (const freebox::Command* command : chosen) {
    std::vector<std::string> names = freebox::parameters_of(command->path);
    for (std::string& name : names)
      if (name == "type" && !command->choices.empty())
        name += " (one of " + std::string(command->choices) + ")";
    if (command->takes_body) names.insert(names.begin(), "post_data");
    rows.push_back({name_of(*command), std::string(freebox::name(command->verb)),
                    std::string(command->path), joined(names)});
  }
  return table(rows);
}

}  // namespace

Prepared prepare_freebox_commands(const Program&) {
  auto json = std::make_shared<bool>(false);
  return {.syntax = {.about = "Lists pyfbx's commands: verb, path, and the arguments they need.",
                     .options =
                         {{.name = "json", .letter = 'j', .target = json.get(), .help = "As JSON"}},
                     .words = "[SYSTEM[.METHOD]]",
                     .most_words = 1,
                     .more = "  boxmeter freebox commands Contacts"},
          .run = [json](const Words& words) {
            const Chosen chosen = choose(words.empty() ? "" : words[0]);
            std::cout << (*json ? as_json(chosen).dump(2) + "\n" : as_table(chosen));
            return 0;
          }};
}

}  // namespace boxmeter
