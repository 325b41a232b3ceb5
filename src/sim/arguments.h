#pragma once
#include <optional>
#include <string>

#include "sim/simulator.h"

namespace boxmeter::sim {

/// The options of the command line; or, with an exit code, the message to print before ending
/// (--help, wrong usage).
struct Arguments {
  SimOptions options = {};
  std::optional<int> exit_code = {};
  std::string message = {};
};

/// Also reads BOXMETER_SIM_PASSWORD and BOXMETER_SIM_APP_TOKEN of the environment.  To be called
/// before any thread exists.  Never throws Error.
Arguments read_arguments(int argc, const char* const* argv);

}  // namespace boxmeter::sim
