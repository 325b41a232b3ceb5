#include "app/commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "app/command_line.h"
#include "app/escaped_output.h"
#include "app/terminal.h"
#include "base/error.h"
#include "base/text.h"
#include "base/unicode.h"
#include "options/help.h"
#include "options/read.h"
#include "yaml/mistakes.h"

namespace boxmeter {
namespace {

Prepared prepare_version(const Program&) {
  return {.syntax = {.about = "Prints the version."}, .run = [](const Words&) {
            std::cout << "boxmeter " << BOXMETER_VERSION << "\n";
            return 0;
          }};
}

constexpr Command kCommands[] = {
    {"setup", "find a box, log in, and write the configuration that polls it", &prepare_setup},
    {"serve", "poll the devices, answer Prometheus, push to sinks; until SIGTERM", &prepare_serve},
    {"check", "read the configuration and say what is wrong with it", &prepare_check},
    {"once", "poll every device once and print the metrics", &prepare_once},
    {"call", "make one request to a configured device and print the reply as JSON", &prepare_call},
    {"metrics", "print the catalogue of metrics: name, type, unit, labels, help, queries",
     &prepare_metrics},
    {"schema", "print a JSON Schema of the configuration, or of packs, for editors",
     &prepare_schema},
    {"record", "write a recording of a device for boxmeter-sim", &prepare_record},
    {"reload", "have a running boxmeter read its configuration again", &prepare_reload},
    {"healthcheck", "ask a running boxmeter whether it is healthy", &prepare_healthcheck},
    {"doctor", "say what works, what does not and why, with the way out", &prepare_doctor},
    {"completion", "print the completions for bash, fish or zsh", &prepare_completion},
    {"hash-password", "print the hash of a password, for web.config_file", &prepare_hash_password},
    {"version", "print the version", &prepare_version},
};

void print_usage(const Program& program, std::ostream& out) {
  out << "boxmeter watches home routers and gives their metrics to Prometheus\n\n"
         "usage: boxmeter COMMAND [OPTIONS]\n\n";
  for (const Command& command : commands(program)) {
    const std::string padding(15 - command.name.size(), ' ');
    out << "  " << command.name << padding << command.help << "\n";
  }
  out << "\n'boxmeter help COMMAND' tells the options of a command.\n"
         "Exit codes: 0 done, 1 failed, 2 wrong usage or wrong configuration.\n";
}

const Command* find(std::span<const Command> commands, std::string_view word) {
  const auto found = std::ranges::find(commands, word, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::vector<std::string> names(std::span<const Command> commands) {
  std::vector<std::string> known;
  for (const Command& command : commands) known.emplace_back(command.name);
  return known;
}

Prepared prepare(const Program& program, const Command& command, const std::string& before) {
  Prepared prepared = command.prepare(program);
  prepared.syntax.program = before + " " + std::string(command.name);
  for (const Command& next : prepared.commands)
    prepared.syntax.commands.push_back({next.name, next.help});
  return prepared;
}

/// Whether --json was given: then failures are printed as JSON, too.
bool wants_json(const Syntax& syntax) {
  return std::ranges::any_of(syntax.options, [](const Option& option) {
    const bool* const* flag = std::get_if<bool*>(&option.target);
    return option.name == "json" && flag != nullptr && **flag;
  });
}

int read_and_run(const Prepared& command, Arguments arguments) {
  const Reading reading = read_options(command.syntax, arguments);
  if (reading.wants_help) {
    std::cout << help_text(command.syntax);
    return 0;
  }
  if (reading.words.size() > command.syntax.most_words)
    throw Error(ErrorKind::config, "unexpected argument '" +
                                       reading.words[command.syntax.most_words] + "'; " +
                                       see_help(command.syntax));
  try {
    return command.run(reading.words);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::config && wants_json(command.syntax))
      std::cout << refusal_json(error) << "\n";
    throw;
  }
}

/// Options before the subcommand are accepted if the subcommand has them.
int run_next(const Program& program, const Prepared& group, const Command& command,
             const Reading& before, Arguments arguments) {
  const Prepared next = prepare(program, command, group.syntax.program);
  for (const std::string_view name : before.given)
    if (std::ranges::find(next.syntax.options, name, &Option::name) == next.syntax.options.end())
      throw Error(ErrorKind::config, "'--" + std::string(name) + "' is no option of '" +
                                         next.syntax.program + "'; " + see_help(next.syntax));
  std::vector<std::string> rest(arguments.begin(), arguments.end());
  rest.erase(rest.end() - static_cast<std::ptrdiff_t>(before.words.size()));
  return read_and_run(next, rest);
}

int run_group(const Program& program, const Prepared& group, Arguments arguments) {
  const Reading before = read_until_word(group.syntax, arguments);
  if (before.wants_help || before.words.empty()) return read_and_run(group, arguments);
  if (const Command* command = find(group.commands, before.words[0]))
    return run_next(program, group, *command, before, arguments);
  if (group.syntax.most_words > 0) return read_and_run(group, arguments);
  const std::vector<std::string> known = names(group.commands);
  throw Error(ErrorKind::config, "unknown command '" + before.words[0] + "' of '" +
                                     group.syntax.program + "'" +
                                     did_you_mean(before.words[0], known) +
                                     " (known: " + joined(known) + "); " + see_help(group.syntax));
}

int dispatch(const Program& program, Arguments arguments) {
  if (arguments.empty()) {
    print_usage(program, std::cerr);
    return 2;
  }
  if (arguments[0] == "help" && arguments.size() > 1) {  // as COMMAND --help
    std::vector<std::string> asking(arguments.begin() + 1, arguments.end());
    asking.emplace_back("--help");
    return dispatch(program, asking);
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print_usage(program, std::cout);
    return 0;
  }
  const std::vector<Command> all = commands(program);
  const std::string word =
      arguments[0] == "--version" || arguments[0] == "-V" ? "version" : arguments[0];
  const Command* const command = find(all, word);
  std::vector<std::string> known = names(all);
  known.emplace_back("help");
  if (command == nullptr && word.starts_with('-'))
    throw Error(ErrorKind::config, "the command comes before its options: boxmeter COMMAND " +
                                       word + " ...; 'boxmeter help' lists the commands");
  if (command == nullptr)
    throw Error(ErrorKind::config, "unknown command '" + word + "'" + did_you_mean(word, known) +
                                       " (known: " + joined(known) + ")");
  const Prepared prepared = prepare(program, *command, "boxmeter");
  const auto rest = arguments.subspan(1);
  return prepared.commands.empty() ? read_and_run(prepared, rest)
                                   : run_group(program, prepared, rest);
}

/// If stdout or stderr is closed, the next file or connection would get its descriptor, and output
/// would be written to it.  This opens /dev/null for reading instead, so that writing still fails.
void fill_closed_outputs() {
  for (const int output : {STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(output, F_GETFD) == -1) (void)!::open("/dev/null", O_RDONLY);
}

}  // namespace

std::vector<Command> commands(const Program& program) {
  std::vector<Command> all(std::begin(kCommands), std::end(kCommands));
  all.insert(all.end(), program.brands.begin(), program.brands.end());
  return all;
}

int run_command(const Program& program, Arguments arguments) {
  fill_closed_outputs();
  const EscapedOutput escaped;
  try {
    const int exit_code = dispatch(program, arguments);
    std::cout.flush();
    if (!std::cout) throw Error(ErrorKind::internal, "cannot write to the standard output");
    return exit_code;
  } catch (const ConfigMistakes& mistakes) {
    for (const std::string& line : mistakes.lines())
      std::cerr << "boxmeter: " << printable(line) << "\n";
    return 2;
  } catch (const Error& error) {
    std::cerr << "boxmeter: " << printable(error.what()) << "\n";
    return error.kind() == ErrorKind::config ? 2 : 1;
  } catch (const std::exception& bug) {
    std::cerr << "boxmeter: internal error: " << bug.what() << "\n";
    return 1;
  }
}

}  // namespace boxmeter
