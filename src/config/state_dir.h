#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "poll/poller.h"
#include "publish/push.h"

namespace boxmeter {

/// Why a file of that name could not be written where it is or would be, such as "'/state' is not a
/// folder"; empty: it could.  Leaves nothing behind.  Any thread; never throws.
std::string why_not_writable(const std::filesystem::path& file);

/// Why a device cannot be asked because `state_dir` cannot be written, with the way out; empty: all
/// can.  Only https with first-use needs it, until the key of the box is remembered there.  Any
/// thread.
std::string unusable_state(const std::filesystem::path& state_dir, const std::vector<Job>& jobs);

/// Why the spool of a sink cannot be used.
struct UnusableSpool {
  std::string why = {};       // with the way out; empty: all can
  bool is_temporary = false;  // the disk is full: until there is room, memory is used
};
UnusableSpool unusable_spool(const std::filesystem::path& state_dir,
                             const std::vector<SinkOptions>& sinks);

/// A line for each folder of a spool that has objects, but no sink any more: a sink was renamed or
/// removed, or lost its `spool`.  Any thread; never throws.
std::vector<std::string> forgotten_spools(const std::filesystem::path& state_dir,
                                          const std::vector<SinkOptions>& sinks);

}  // namespace boxmeter
