#pragma once
#include "app/commands.h"
#include "app/fritz/known.h"

namespace boxmeter::fritz {

/// `boxmeter fritz`: a box on the command line, with fritzconnection's flags and words of our own.
Prepared prepare(const Program& program);

constexpr Command kCommand = {
    "fritz", "explore a Fritz!Box: its services, actions, hosts, calls; call an action", &prepare,
    &known_words};

}  // namespace boxmeter::fritz
