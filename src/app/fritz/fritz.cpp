// boxmeter fritz: a box on the command line, with fritzconnection's flags and words of our own.
#include "app/commands.h"
#include "app/fritz/inspect.h"
#include "app/fritz/subcommand.h"
#include "base/text.h"

namespace boxmeter {
namespace {

constexpr fritz::Subcommand kSubcommands[] = {
    {"call", "call an action of the box", &fritz::prepare_call},
    {"http", "send a command to smart home devices (AHA-HTTP)", &fritz::prepare_http},
    {"status", "show the connection to the internet", &fritz::prepare_status},
    {"hosts", "list the hosts that the box knows", &fritz::prepare_hosts},
    {"wlan", "list radios and their stations", &fritz::prepare_wlan},
    {"homeauto", "list smart home devices, switch one", &fritz::prepare_homeauto},
    {"calls", "list the latest calls, dial a number", &fritz::prepare_calls},
    {"phonebook", "list or search the phone books", &fritz::prepare_phonebook},
    {"monitor", "print calls as they happen, until Ctrl-C", &fritz::prepare_monitor},
    {"wol", "wake a host", &fritz::prepare_wol},
};

[[noreturn]] void refuse_word(const std::string& word) {
  std::vector<std::string> known;
  for (const fritz::Subcommand& row : kSubcommands) known.emplace_back(row.name);
  throw Error(ErrorKind::config, "unknown word '" + word + "' after 'fritz'" +
                                     did_you_mean(word, known) + " (known: " + joined(known) +
                                     "; see 'boxmeter fritz --help')");
}

}  // namespace

int fritz_command(Arguments arguments) {
  CLI::App app("Explores a Fritz!Box.", "fritz");
  fritz::BoxOptions box;
  fritz::Inspection inspection;
  fritz::add_box_options(app, box);
  fritz::add_inspection(app, inspection);
  std::vector<std::pair<CLI::App*, fritz::Task>> tasks;
  for (const fritz::Subcommand& row : kSubcommands) {
    CLI::App* command = app.add_subcommand(row.name, row.help);
    command->fallthrough();
    tasks.emplace_back(command, row.prepare(*command, box));
  }
  const std::vector<std::string> rest = read_arguments(app, arguments);
  if (!rest.empty()) refuse_word(rest[0]);
  for (const auto& [command, task] : tasks)
    if (command->parsed()) return task();
  return fritz::inspect(box, inspection);
}

}  // namespace boxmeter
