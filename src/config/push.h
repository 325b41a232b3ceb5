#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "config/pack.h"
#include "poll/poller.h"
#include "publish/push.h"
#include "yaml/section.h"

namespace boxmeter {

/// The sinks of `push`, checked.  Throws Error{config} with the place, or collects it where the
/// values collect mistakes.
std::vector<SinkOptions> read_sinks(const Value& value, const std::filesystem::path& folder,
                                    const std::filesystem::path& state_dir,
                                    const std::vector<Job>& jobs, Packs& packs,
                                    std::vector<std::string>& warnings);

}  // namespace boxmeter
