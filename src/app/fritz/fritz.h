#pragma once
#include "app/commands.h"
#include "app/fritz/cached_names.h"

namespace boxmeter::fritz {

/// `boxmeter fritz`: fritzconnection's flags, and subcommands of our own.
Prepared prepare(const Program& program);

constexpr Command kCommand = {
    "fritz", "explore a Fritz!Box: its services, actions, hosts, calls; call an action", &prepare,
    &cached_names};

}  // namespace boxmeter::fritz
