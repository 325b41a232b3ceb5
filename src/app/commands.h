#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "device/kinds.h"
#include "options/option.h"

// The commands of `boxmeter` as tables, from which help texts, the man page and completions are
// made. One thread.
namespace boxmeter {

struct Program;

/// A command with its options, before the command line was read.
struct Prepared {
  Syntax syntax = {};  // the caller sets the program's name in it
  /// Runs the command, after the options were read; `words` are the arguments that are no options.
  /// Returns the exit code: 0 done, 1 failed.  Throws Error; of kind config for wrong usage.  Owns
  /// the variables that the options of `syntax` are read into.
  std::function<int(const std::vector<std::string>& words)> run = {};
  std::span<const struct Command> commands = {};  // its subcommands
};

/// One row per command of `boxmeter`.
struct Command {
  std::string_view name;
  std::string_view help;  // one line
  /// Has no effect.  `program` must outlive the result.
  Prepared (*prepare)(const Program& program);
  /// For completions: the words that can be used for the placeholder `what` of the help text
  /// ("SERVICE"), after the words `before`.  May throw Error.  Null: no words are known.
  std::vector<std::string> (*completions)(std::string_view what,
                                          const std::vector<std::string>& before) = nullptr;
};

/// The brands that this program knows; tests build one with more.
struct Program {
  DeviceKinds kinds = {};                // the brands of router that can be configured
  std::span<const Command> brands = {};  // the commands of brands
};

/// All commands, those of the brands last.
std::vector<Command> commands(const Program& program);

/// Runs a command line, given without the program's name.  Returns the exit code: 0 done, 1 failed,
/// 2 wrong usage or configuration.  Prints errors to stderr, one line each.
int run_command(const Program& program, std::span<const std::string> arguments);

// Each is implemented in a file of its own name: check.cpp.
Prepared prepare_call(const Program& program);
Prepared prepare_check(const Program& program);
Prepared prepare_doctor(const Program& program);  // doctor/doctor.cpp
Prepared prepare_completion(const Program& program);
Prepared prepare_healthcheck(const Program& program);  // control.cpp
Prepared prepare_hash_password(const Program& program);
Prepared prepare_metrics(const Program& program);
Prepared prepare_once(const Program& program);
Prepared prepare_record(const Program& program);
Prepared prepare_reload(const Program& program);  // control.cpp
Prepared prepare_schema(const Program& program);
Prepared prepare_serve(const Program& program);
Prepared prepare_setup(const Program& program);  // setup/setup.cpp

}  // namespace boxmeter
