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

/// What stands in the way of the devices that cannot be asked without a folder for state, which is
/// where their keys are remembered (https with first-use), and the way out; empty: nothing does.
/// A key that is remembered already needs no more than to be read.
std::string unusable_state(const std::filesystem::path& state_dir, const std::vector<Job>& jobs);

/// Why what a sink does not take could not wait on disk.
struct UnusableSpool {
  std::string why = {};     // with the way out; empty: all can
  bool is_passing = false;  // the disk is full: memory takes what it cannot, until there is room
};
UnusableSpool unusable_spool(const std::filesystem::path& state_dir,
                             const std::vector<SinkOptions>& sinks);

}  // namespace boxmeter
