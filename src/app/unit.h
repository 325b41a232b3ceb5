#pragma once
#include <string>
#include <string_view>

namespace boxmeter {

/// The unit of a metric, which is the last word of its name before `_total`: "bytes/s", "°C"; empty
/// for a number of things.  Pure.
std::string unit_of(std::string_view name);

}  // namespace boxmeter
