#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "metric/model.h"

// Pieces of HTML.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// Whatever a device, a listener or a client said, made harmless: valid UTF-8 on which a browser
/// sees neither markup nor a change of the writing direction.  Good between tags and in "".
std::string escaped(std::string_view text);

/// <time>12 s ago</time>, which the script keeps true; `otherwise` when there was none.
std::string ago(const std::optional<WallClock::time_point>& when, WallClock::time_point now,
                std::string_view otherwise);
/// <time>in 12 s</time>, "now" when it has come.
std::string ahead(WallClock::time_point when, WallClock::time_point now);

}  // namespace boxmeter
