#pragma once
#include <string>
#include <vector>

#include "publish/history.h"

namespace boxmeter {

/// The last hour, or what is known of it, as an inline SVG: what came down as an area, what went up
/// as a line, both to one scale.  Empty when nothing is known.  Pure, any thread, throws nothing of
/// ours.
std::string sparkline(const std::vector<History::Rates>& last);

}  // namespace boxmeter
