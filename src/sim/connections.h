#pragma once
#include <map>

namespace boxmeter::sim {

/// The number of open TCP connections of this process, by local port.  Read from the kernel, so
/// that tests see connections that a client leaks.  Any thread.
std::map<int, int> open_connections();

}  // namespace boxmeter::sim
