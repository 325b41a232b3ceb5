#include "yaml/scalars.h"

#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "base/text.h"
#include "metric/number.h"

namespace boxmeter {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kTimes[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {{"", 1},
                           {"B", 1},
                           {"KB", 1000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"KiB", 1U << 10},
                           {"MiB", 1U << 20},
                           {"GiB", 1U << 30}};

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  const auto unit = std::ranges::find(units, name, &Unit::name);
  return unit == units.end() ? nullptr : &*unit;
}

/// The digits at the start, taken off `text`.
std::optional<std::uint64_t> take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_integer<std::uint64_t>(text.substr(0, end));
  if (count) text.remove_prefix(end);
  return count;
}

std::optional<std::uint64_t> times(std::uint64_t count, std::uint64_t factor) {
  if (count > kMostInteger / factor) return std::nullopt;
  return count * factor;
}

std::string shown(milliseconds time) {
  auto count = static_cast<std::uint64_t>(time.count());
  const Unit* best = &kTimes[0];
  for (const Unit& unit : kTimes)
    if (count > 0 && count % unit.factor == 0) best = &unit;
  return std::to_string(count / best->factor) + std::string(best->name);
}

std::string shown(std::uint64_t bytes) {
  for (const char* const name : {"GiB", "MiB", "KiB"}) {
    const std::uint64_t factor = find_unit(kSizes, name)->factor;
    if (bytes >= factor && bytes % factor == 0) return std::to_string(bytes / factor) + name;
  }
  return std::to_string(bytes) + "B";
}

Mistake wrong(const Value& value, const std::string& wanted, const std::string& text) {
  return value.problem(value.name() + " must be " + wanted + ", not '" + text + "'");
}

template <typename T>
T bounded(const Value& value, T got, T least, T most, const std::string& text) {
  if (got >= least && got <= most) return got;
  using std::to_string;
  if constexpr (std::is_same_v<T, milliseconds>)
    throw wrong(value, "between " + shown(least) + " and " + shown(most), text);
  else
    throw wrong(value, "between " + to_string(least) + " and " + to_string(most), text);
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::uint64_t sum = 0;
  const Unit* before = nullptr;
  while (!text.empty() || before == nullptr) {
    const auto count = take_digits(text);
    if (!count) return std::nullopt;
    const auto letters = text.substr(0, text.find_first_of("0123456789"));
    const Unit* const unit = find_unit(kTimes, letters);
    // Falling units only: "1m1h" is a typing error.
    if (unit == nullptr || (before != nullptr && unit >= before)) return std::nullopt;
    const auto part = times(*count, unit->factor);
    if (!part || sum > kMostInteger - *part) return std::nullopt;
    sum += *part;
    before = unit;
    text.remove_prefix(letters.size());
  }
  return milliseconds(sum);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto count = take_digits(text);
  const Unit* const unit = count ? find_unit(kSizes, text) : nullptr;
  return unit == nullptr ? std::nullopt : times(*count, unit->factor);
}

std::optional<double> parse_number(std::string_view text) {
  const auto parsed = Number::parse(text);
  if (!parsed || !std::isfinite(parsed->to_double())) return std::nullopt;
  return parsed->to_double();
}

milliseconds duration(const Value& value, milliseconds least, milliseconds most) {
  const std::string text = value.text();
  const auto time = parse_duration(text);
  if (!time) throw wrong(value, "a duration such as 500ms, 15s, 2m or 1h", text);
  return bounded(value, *time, least, most, text);
}

std::size_t size(const Value& value, std::size_t least, std::size_t most) {
  const std::string text = value.text();
  const auto bytes = parse_size(text);
  if (!bytes) throw wrong(value, "a size such as 5KB (5,000 bytes) or 1MiB (1,048,576)", text);
  if (*bytes < least || *bytes > most)
    throw wrong(value, "between " + shown(least) + " and " + shown(most), text);
  return *bytes;
}

std::uint64_t integer(const Value& value, std::uint64_t least, std::uint64_t most) {
  const std::string text = value.text();
  const auto count = parse_integer<std::uint64_t>(text);
  if (!count) throw wrong(value, "a whole number", text);
  return bounded(value, *count, least, most, text);
}

double number(const Value& value) {
  const std::string text = value.text();
  const auto parsed = parse_number(text);
  if (!parsed) throw wrong(value, "a number such as 0.001", text);
  return *parsed;
}

bool boolean(const Value& value) {
  const std::string text = value.text();
  if (text != "true" && text != "false") throw wrong(value, "true or false", text);
  return text == "true";
}

std::string word(const Value& value, const std::vector<std::string>& known) {
  std::string text = value.text();
  if (std::ranges::find(known, text) != known.end()) return text;
  throw wrong(value, "one of " + joined(known), text);
}

std::string plain_name(const Value& value, const std::string& what) {
  std::string text = value.text();
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  const bool begins_well = !text.empty() && text[0] != '.' && text[0] != '-';
  if (!begins_well || text.size() > 100 || !std::ranges::all_of(text, fits))
    throw value.problem(what + " '" + text +
                        "' must be made of letters, digits, '_', '.' and '-' (at most 100, not "
                        "beginning with '.' or '-')");
  return text;
}

bool is_identifier(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && (text[0] < '0' || text[0] > '9') && std::ranges::all_of(text, fits);
}

}  // namespace boxmeter
