#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "metric/model.h"

// What a listener's answer says besides its status.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// Retry-After: seconds or an HTTP date.  Nothing when it is neither; never negative.
std::optional<std::chrono::milliseconds> retry_after(std::string_view header,
                                                     WallClock::time_point now);

/// The first line of a listener's answer, fit for a log line: at most 200 characters.
std::string first_line(std::string_view body);

}  // namespace boxmeter
