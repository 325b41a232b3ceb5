#pragma once
#include <limits>
#include <string_view>

namespace boxmeter {

/// What a measured value can be, both ends included.
struct Bounds {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();

  bool hold(double value) const { return value >= least && value <= most; }
};

/// By the unit at the end of a metric's name: nothing is colder than the absolute zero, longer ago
/// than the first boxes, or shorter than nothing.  One whose help says what 1 and 0 mean
/// ("Whether it is up (1) or not (0).") is one of them.  What a box says beyond that (-1, 255,
/// -32768, milliseconds) is its way to say that it does not know.  Pure; any thread.
Bounds bounds_of(std::string_view metric, std::string_view help);

}  // namespace boxmeter
