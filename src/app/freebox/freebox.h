#pragma once
#include "app/commands.h"

namespace boxmeter {

/// `boxmeter freebox`: pyfbx's flags and commands, and subcommands of our own.  In pyfbx.cpp.
Prepared prepare_freebox_command(const Program& program);

constexpr Command kFreeboxCommand = {
    "freebox", "ask a Freebox anything, with pyfbx's flags and commands", &prepare_freebox_command};

}  // namespace boxmeter
