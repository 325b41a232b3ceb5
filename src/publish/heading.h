#pragma once
#include <string>
#include <string_view>

#include "publish/exposition.h"

// The comment lines before the samples of a family.  Pure, any thread, never throws Error.
namespace boxmeter {

/// The type of a family, for both formats; each of them lacks some of these.
enum class Shape { gauge, counter, info, histogram, unknown };

/// By its type and name.
Shape shape_of(const Family& family, Exposition format);

/// Appends the lines HELP, TYPE and, in OpenMetrics, UNIT.
/// `name` is that of the samples; OpenMetrics names the family without `_total` and `_info`.
void append_heading(std::string& text, std::string_view name, Shape shape, std::string_view help,
                    Exposition format);

/// The name of the family in OpenMetrics: without `_total` of a counter and `_info` of an info.
std::string_view openmetrics_name(std::string_view name, Shape shape);

}  // namespace boxmeter
