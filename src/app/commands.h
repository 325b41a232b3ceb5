#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "device/kinds.h"
#include "options/option.h"

// The commands of `boxmeter`, as data that can be walked without running one: help texts and
// whatever else tells of them are made from it.  One thread.
namespace boxmeter {

struct Program;

/// A command that is ready to be read.
struct Prepared {
  Syntax syntax = {};  // the program's name in it is filled in by the caller
  /// What is done once the options have their values; `words` is what is no option.  Returns the
  /// exit code: 0 done, 1 failed.  Throws Error; config is wrong usage.  Owns what the options of
  /// `syntax` are read into.
  std::function<int(const std::vector<std::string>& words)> run = {};
  std::span<const struct Command> commands = {};  // that may follow
};

/// One row per command of `boxmeter`.
struct Command {
  std::string_view name;
  std::string_view help;  // one line
  /// Does nothing but describe.  `program` outlives what is returned.
  Prepared (*prepare)(const Program& program);
  /// Words that may stand for what a help text calls `what` ("SERVICE"), behind `before`; for
  /// completions.  May throw Error; null: none are known.
  std::vector<std::string> (*known)(std::string_view what,
                                    const std::vector<std::string>& before) = nullptr;
};

/// What a boxmeter is made of beside what every boxmeter has.
struct Program {
  DeviceKinds kinds = {};                // the brands of router that can be configured
  std::span<const Command> brands = {};  // a command for each that has one
};

/// All commands, those of the brands last.
std::vector<Command> commands(const Program& program);

/// Runs what `arguments` (without the program's own name) say: exit code 0 done, 1 failed, 2 wrong
/// usage or configuration.  Errors are one line on stderr.
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
