#pragma once
#include <string>
#include <string_view>

#include "publish/exposition.h"

// What stands before the samples of a family.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// What both formats call a type; each of them lacks some.
enum class Shape { gauge, counter, info, histogram, unknown };

/// Appends what stands before the samples of a family: HELP, TYPE and, in OpenMetrics, UNIT.
/// `name` is that of the samples; OpenMetrics names the family without `_total` and `_info`.
void append_heading(std::string& text, std::string_view name, Shape shape, std::string_view help,
                    Exposition format);

/// `name` as OpenMetrics calls the family.
std::string_view openmetrics_name(std::string_view name, Shape shape);

}  // namespace boxmeter
