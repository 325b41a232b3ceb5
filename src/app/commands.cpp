#include "app/commands.h"

#include <iostream>
#include <vector>

#include "app/command_line.h"
#include "base/error.h"
#include "base/text.h"

namespace boxmeter {
namespace {

constexpr Command kCommands[] = {
    {"serve", "poll the devices, answer Prometheus, push to sinks; until SIGTERM", &serve},
    {"check", "read the configuration and say what is wrong with it", &check},
    {"once", "poll every device once and print the metrics", &once},
    {"call", "make one request to a configured device and print the reply as JSON", &call},
    {"metrics", "print the catalogue of metrics: name, type, unit, labels, help, queries",
     &metrics},
    {"fritz", "explore a Fritz!Box: its services, actions, hosts, calls; call an action",
     &fritz_command},
    {"freebox", "ask a Freebox anything, with pyfbx's flags and commands", &freebox_command},
    {"version", "print the version", &version},
    {"record", "write a recording of a device for boxmeter-sim", &record_device},
    {"healthcheck", "ask a running boxmeter whether it is healthy", nullptr},
    {"hash-password", "make a password hash for web.yml", nullptr},
};

void print_usage(std::ostream& out) {
  out << "boxmeter watches home routers: Prometheus metrics of Fritz!Boxes and Freeboxes\n\n"
         "usage: boxmeter COMMAND [OPTIONS]\n\n";
  for (const Command& command : kCommands)
    if (command.run != nullptr) {
      const std::string padding(12 - command.name.size(), ' ');
      out << "  " << command.name << padding << command.help << "\n";
    }
  out << "\n'boxmeter COMMAND --help' tells the options of a command.\n"
         "Exit codes: 0 done, 1 failed, 2 wrong usage or wrong configuration.\n";
}

const Command& find_command(const std::string& word) {
  std::vector<std::string> known;
  for (const Command& command : kCommands) {
    if (command.name == word) return command;
    if (command.run != nullptr) known.emplace_back(command.name);
  }
  throw Error(ErrorKind::config, "unknown command '" + word + "'" + did_you_mean(word, known) +
                                     " (known: " + joined(known) + ")");
}

int dispatch(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    print_usage(std::cerr);
    return 2;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print_usage(std::cout);
    return 0;
  }
  if (arguments[0] == "--version") return version(arguments.subspan(1));
  const Command& command = find_command(arguments[0]);
  if (command.run == nullptr)
    throw Error(ErrorKind::config, "'" + arguments[0] + "' is not available yet");
  return command.run(arguments.subspan(1));
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run_command(std::span<const std::string> arguments) {
  try {
    return dispatch(arguments);
  } catch (const HelpShown&) {
    return 0;
  } catch (const Error& error) {
    std::cerr << "boxmeter: " << error.what() << "\n";
    return error.kind() == ErrorKind::config ? 2 : 1;
  } catch (const std::exception& bug) {
    std::cerr << "boxmeter: internal error: " << bug.what() << "\n";
    return 1;
  }
}

int version(std::span<const std::string> arguments) {
  CLI::App app("Prints the version.", "version");
  expect_nothing_left(read_arguments(app, arguments));
  std::cout << "boxmeter " << BOXMETER_VERSION << "\n";
  return 0;
}

}  // namespace boxmeter
