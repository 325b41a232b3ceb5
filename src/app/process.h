#pragma once
#include <chrono>
#include <cstddef>

namespace boxmeter {

/// What a process that asks `devices` boxes needs of the system: file descriptors, signals that do
/// not kill, name lookups that end.  Before any thread exists.
void prepare_process(std::size_t devices);

/// SIGINT, SIGTERM and SIGHUP wait for wait_for_signal() in every thread from now on.
void block_signals();
/// Returns the signal that came.
int wait_for_signal();
/// Whether one came within that time; returns as soon as it did.
bool signal_within(std::chrono::nanoseconds time);
/// From now on SIGINT and SIGTERM end the process at once.
void unblock_signals();

}  // namespace boxmeter
