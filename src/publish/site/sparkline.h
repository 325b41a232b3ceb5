#pragma once
#include <string>
#include <vector>

#include "publish/history.h"

namespace boxmeter {

/// The rates of the last hour, or the known part of it, as an inline SVG: download as an area,
/// upload as a line, both to the same scale.  Empty if nothing is known.  Pure, any thread, never
/// throws Error.
std::string sparkline(const std::vector<History::Rates>& last);

}  // namespace boxmeter
