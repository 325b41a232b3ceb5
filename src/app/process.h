#pragma once
#include <chrono>
#include <cstddef>

namespace boxmeter {

/// Prepares the process for asking this many boxes: raises the limit of file descriptors, ignores
/// SIGPIPE, shortens name lookups.  To be called before any thread exists.
void prepare_process(std::size_t devices);

/// How many file descriptors this many devices need: each its connection and two by which libcurl
/// waits, and 700 for our HTTP server.  Pure.
std::size_t needed_files(std::size_t devices);

/// Returns free memory to the system.  To be called after a configuration was read: a file takes
/// many times its size while it is parsed (4 MB for one of the packs), which the allocator would
/// keep.  Any thread.
void give_back_memory();

/// From now on SIGINT, SIGTERM and SIGHUP are only received by wait_for_signal() and
/// signal_within(). To be called before any thread exists.
void block_signals();
/// Blocks until one of them comes, and returns it.
int wait_for_signal();
/// Blocks for this time, or until one of them comes; returns whether one came.
bool signal_within(std::chrono::nanoseconds time);
/// From now on SIGINT, SIGTERM and SIGHUP end the process at once.
void unblock_signals();

}  // namespace boxmeter
