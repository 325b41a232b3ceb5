#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "metric/model.h"

// Building blocks of HTML.  Pure, any thread, never throws Error.
namespace boxmeter {

/// Any text (of a device, a listener, a client) made safe for HTML, between tags and in double
/// quotes: valid UTF-8 without markup and without characters that change the writing direction.
std::string escaped(std::string_view text);

/// <time>12 s ago</time>, which page.js updates; `otherwise` if `when` is not set.
std::string ago(const std::optional<WallClock::time_point>& when, WallClock::time_point now,
                std::string_view otherwise);
/// <time>in 12 s</time>, "now" if `when` is past.
std::string ahead(WallClock::time_point when, WallClock::time_point now);

}  // namespace boxmeter
