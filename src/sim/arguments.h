#pragma once
#include <optional>
#include <string>

#include "sim/simulator.h"

namespace boxmeter::sim {

/// The command line, read; or what to print and how to end instead (--help, wrong usage).
struct Arguments {
  SimOptions options = {};
  std::optional<int> exit_code = {};
  std::string message = {};
};

/// Reads BOXMETER_SIM_PASSWORD and BOXMETER_SIM_APP_TOKEN too.  Never throws Error.
Arguments read_arguments(int argc, const char* const* argv);

}  // namespace boxmeter::sim
