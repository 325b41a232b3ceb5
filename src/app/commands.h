#pragma once
#include <span>
#include <string>
#include <string_view>

namespace boxmeter {

/// One row per command of `boxmeter`.
struct Command {
  std::string_view name;
  std::string_view help;  // one line
  /// Returns the exit code: 0 done, 1 failed.  Throws Error; config is wrong usage.
  int (*run)(std::span<const std::string> arguments);  // null: of a later version
};

std::span<const Command> commands();

/// The whole program but for the name: exit code 0 done, 1 failed, 2 wrong usage or configuration.
/// Errors are one line on stderr.
int run_command(std::span<const std::string> arguments);

int serve(std::span<const std::string> arguments);
int check(std::span<const std::string> arguments);
int once(std::span<const std::string> arguments);
int call(std::span<const std::string> arguments);
int metrics(std::span<const std::string> arguments);
int fritz_command(std::span<const std::string> arguments);
int record_device(std::span<const std::string> arguments);
int freebox_command(std::span<const std::string> arguments);
int version(std::span<const std::string> arguments);

}  // namespace boxmeter
