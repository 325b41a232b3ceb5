#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "metric/model.h"

// Reads what the HTTP response of a push listener says besides its status.  Pure, any thread,
// never throws Error.
namespace boxmeter {

/// The time that a Retry-After header asks for, which is seconds or an HTTP date (RFC 9110 section
/// 10.2.3).  nullopt if it is neither; never negative.
std::optional<std::chrono::milliseconds> retry_after(std::string_view header,
                                                     WallClock::time_point now);

/// The first line of a body, made fit for a log line: at most 200 characters, no control
/// characters.
std::string first_line(std::string_view body);

}  // namespace boxmeter
