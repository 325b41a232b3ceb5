#include "metric/bounds.h"

#include <algorithm>
#include <iterator>

namespace boxmeter {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

struct UnitBounds {
  std::string_view suffix;
  Bounds bounds;
};

// The first that fits counts.  What may be negative and has no end (watts, amperes) has no row.
constexpr UnitBounds kUnits[] = {
    {"_celsius", {-273.15, 1000}},
    {"_dbm", {-200, 100}},
    {"_dbmv", {-200, 200}},
    {"_decibels", {-200, 200}},
    // 2001-09-09 to 2286-11-20: ten digits.  A clock that was never set is before, milliseconds
    // are behind.
    {"_timestamp_seconds", {1e9, 9999999999}},
    {"_offset_seconds", {-kNoEnd, kNoEnd}},
    {"_difference_seconds", {-kNoEnd, kNoEnd}},
    {"_seconds", {0, kNoEnd}},
    {"_ratio", {0, 100}},
    {"_bytes", {0, kNoEnd}},
    {"_per_second", {0, kNoEnd}},
    {"_hertz", {0, kNoEnd}},
    {"_kelvin", {0, kNoEnd}},
    {"_meters", {0, kNoEnd}},
    {"_rpm", {0, kNoEnd}},
    {"_volts", {0, kNoEnd}},
};

}  // namespace

Bounds bounds_of(std::string_view metric, std::string_view help) {
  if (help.starts_with("Whether ") && help.find("1)") != help.npos && help.find("(0)") != help.npos)
    return {0, 1};
  const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                  [&](const UnitBounds& u) { return metric.ends_with(u.suffix); });
  return unit == std::end(kUnits) ? Bounds{} : unit->bounds;
}

}  // namespace boxmeter
