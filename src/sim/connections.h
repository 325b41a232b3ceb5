#pragma once
#include <map>

namespace boxmeter::sim {

/// How many connections this process has accepted and not closed, by its own port.  Read from
/// the kernel, so that it shows what a client leaks.  Any thread.
std::map<int, int> open_connections();

}  // namespace boxmeter::sim
