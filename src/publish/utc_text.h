#pragma once
#include <string>

#include "metric/model.h"

namespace boxmeter {

/// RFC 3339 with milliseconds: "2026-11-27T14:28:01.500Z".  Pure, any thread.
std::string utc_text(WallClock::time_point when);

}  // namespace boxmeter
