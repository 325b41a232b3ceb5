#pragma once
#include <string>
#include <string_view>

namespace boxmeter {

/// The unit of a metric, from the end of its name before `_total`: "bytes/s", "°C"; empty if it has
/// none, such as a number of things.  Pure.
std::string unit_of(std::string_view name);

}  // namespace boxmeter
