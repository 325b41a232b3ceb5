#include "sim/invent.h"

#include <span>
#include <string_view>

#include "sim/hash.h"

namespace boxmeter::sim {
namespace {

struct Range {
  std::string_view type;
  std::int64_t low;
  std::int64_t high;
};
constexpr Range kRanges[] = {
    {"ui1", 0, 255},   {"ui2", 0, 65'535},      {"ui4", 0, 4'294'967'295},
    {"i1", -128, 127}, {"i2", -32'768, 32'767}, {"i4", -2'147'483'648, 2'147'483'647},
};

// 64-bit counters are declared "string"; the other values have broken clients before.
constexpr std::string_view kStrings[] = {
    "",
    "-",
    "0",
    "18446744073709551615",
    "Küche & <Flur> \"2\"",
    "0000",
    "2001:db8::1",
    "192.0.2.1",
    "a word",
    "1,2,3",
};
constexpr std::string_view kDates[] = {"0001-01-01T00:00:00", "2025-11-24T14:02:31",
                                       "2025-11-24T14:02:31+01:00"};

std::string number_in(const Range& range, std::uint64_t chosen) {
  const std::uint64_t span = static_cast<std::uint64_t>(range.high - range.low) + 1;
  switch (chosen % 5) {
    case 0:
      return std::to_string(range.low);
    case 1:
      return std::to_string(range.high);
    case 2:
      return "0";
    default:
      return std::to_string(range.low + static_cast<std::int64_t>((chosen >> 8) % span));
  }
}

std::string one_of(std::span<const std::string_view> values, std::uint64_t chosen) {
  return std::string(values[chosen % values.size()]);
}

}  // namespace

std::string invented(const Argument& argument, std::uint64_t seed, const std::string& key) {
  const std::uint64_t chosen = mixed(seed, key + "." + argument.name);
  if (argument.name.ends_with("NumberOfEntries")) return std::to_string(kInventedEntries);
  if (!argument.allowed.empty()) return argument.allowed[chosen % argument.allowed.size()];
  for (const Range& range : kRanges)
    if (range.type == argument.type) return number_in(range, chosen);
  if (argument.type == "boolean") return chosen % 2 == 0 ? "0" : "1";
  if (argument.type == "dateTime") return one_of(kDates, chosen);
  if (argument.type == "uuid")
    return "uuid:00000000-0000-4000-8000-" + letters(chosen, 12, "0123456789abcdef");
  return one_of(kStrings, chosen);
}

}  // namespace boxmeter::sim
