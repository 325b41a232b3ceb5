#pragma once
#include <functional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/fritz/box_options.h"

namespace boxmeter::fritz {

/// What a command line wants done, once it is read.  Returns the exit code; throws Error.
using Task = std::function<int()>;

/// One row per word after `boxmeter fritz`.
struct Subcommand {
  const char* name;
  const char* help;
  /// Adds the options of the command; `box` and `command` outlive the task.
  Task (*prepare)(CLI::App& command, const BoxOptions& box);
};

Task prepare_call(CLI::App& command, const BoxOptions& box);
Task prepare_http(CLI::App& command, const BoxOptions& box);
Task prepare_status(CLI::App& command, const BoxOptions& box);
Task prepare_hosts(CLI::App& command, const BoxOptions& box);
Task prepare_wlan(CLI::App& command, const BoxOptions& box);
Task prepare_homeauto(CLI::App& command, const BoxOptions& box);
Task prepare_calls(CLI::App& command, const BoxOptions& box);
Task prepare_phonebook(CLI::App& command, const BoxOptions& box);
Task prepare_monitor(CLI::App& command, const BoxOptions& box);
Task prepare_wol(CLI::App& command, const BoxOptions& box);

}  // namespace boxmeter::fritz
