#include "metric/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <compare>
#include <limits>

#include "base/number.h"
#include "base/text.h"

namespace boxmeter {
namespace {

// Wide enough for every product and sum of two 64-bit integers.
__extension__ using Wide = __int128;

constexpr double kTwoTo63 = 9223372036854775808.0;
// Doubles below it are exact as integers, and people read them better without an exponent.
constexpr double kPlainBelow = 1e15;

bool is_whole(double value) { return std::abs(value) < kTwoTo63 && std::trunc(value) == value; }

Number narrowed(Wide value) {
  if (value >= 0 && value <= std::numeric_limits<std::uint64_t>::max())
    return Number(static_cast<std::uint64_t>(value));
  if (value < 0 && value >= std::numeric_limits<std::int64_t>::min())
    return Number(static_cast<std::int64_t>(value));
  return Number(static_cast<double>(value));
}

/// Exact: no rounding of the integer to a double.
std::partial_ordering compare(Wide integer, double real) {
  if (std::isnan(real)) return std::partial_ordering::unordered;
  if (real >= 2 * kTwoTo63) return std::partial_ordering::less;
  if (real < -kTwoTo63) return std::partial_ordering::greater;
  const double whole = std::floor(real);
  if (integer != static_cast<Wide>(whole)) return integer <=> static_cast<Wide>(whole);
  return whole < real ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

/// value * scale.  Where the scale is one over a whole number the quotient is taken: 0.1 is not
/// exact as a double and 10 is, so that -3698 * 0.01 gives -36.98.
double product(double value, double scale) {
  const double inverse = std::round(1.0 / scale);
  if (std::abs(scale) < 1.0 && std::isfinite(inverse) && 1.0 / inverse == scale)
    return value / inverse;
  return value * scale;
}

/// Without blanks at both ends, those of typesetters (U+00A0, U+202F) among them.
std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kWide[] = {"\xC2\xA0", "\xE2\x80\xAF"};
  for (bool again = true; again;) {
    text = trim(text);
    again = false;
    for (const std::string_view blank : kWide) {
      if (text.starts_with(blank)) text.remove_prefix(blank.size()), again = true;
      if (text.ends_with(blank)) text.remove_suffix(blank.size()), again = true;
    }
  }
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "1,234" is a thousand in one language and a fraction in another: nobody can tell.
bool may_be_thousands(std::string_view whole, std::string_view behind_comma) {
  return behind_comma.size() == 3 && whole.size() <= 3 && whole != "0";
}

/// Where a number that begins at the start of the text ends: digits, one '.' or ',', digits.
std::size_t end_of_number(std::string_view text) {
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return text.substr(from, at - from);
  };
  const std::string_view whole = digits();
  if (whole.empty()) return 0;
  if (at + 1 < text.size() && (text[at] == '.' || text[at] == ',') && is_digit(text[at + 1])) {
    const std::size_t point = at++;
    const std::string_view fraction = digits();
    if (text[point] == ',' && may_be_thousands(whole, fraction)) return point;
  }
  return at;
}

struct ToWide {
  std::optional<Wide> operator()(double) const { return {}; }
  template <typename Integer>
  std::optional<Wide> operator()(Integer value) const {
    return Wide{value};
  }
};

}  // namespace

Number::Number(std::int64_t value) {
  if (value < 0)
    value_ = value;
  else
    value_ = static_cast<std::uint64_t>(value);
}

std::optional<Number> Number::parse(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return {};
  }
  if (const auto value = parse_unsigned(text)) return Number(*value);
  if (const auto value = parse_signed(text)) return Number(*value);
  if (const auto value = parse_double(text)) return Number(*value);
  return {};
}

std::optional<Number> Number::parse_measured(std::string_view text,
                                             const std::vector<std::string>& units,
                                             std::string& rest) {
  rest.clear();
  if (const auto plain = parse(text)) return plain;
  text = without_blanks(text);
  constexpr std::string_view kMinus = "\xE2\x88\x92";
  std::string number(text.starts_with(kMinus) ? "-" : "");
  if (!number.empty()) text.remove_prefix(kMinus.size());
  const std::size_t end = end_of_number(text);
  if (end == 0) return {};
  number += text.substr(0, end);
  std::replace(number.begin(), number.end(), ',', '.');
  const std::string_view behind = without_blanks(text.substr(end));
  const auto value = parse(number);
  if (value && (behind.empty() || std::find(units.begin(), units.end(), behind) != units.end()))
    return value;
  rest = behind;
  return {};
}

Number Number::scaled(double scale, double offset) const {
  if (scale == 1.0 && offset == 0.0) return *this;
  const auto wide = std::visit(ToWide{}, value_);
  if (wide && is_whole(scale) && is_whole(offset))
    return narrowed(*wide * static_cast<std::int64_t>(scale) + static_cast<std::int64_t>(offset));
  return Number(product(to_double(), scale) + offset);
}

Number operator+(const Number& a, const Number& b) {
  const auto left = std::visit(ToWide{}, a.value_);
  const auto right = std::visit(ToWide{}, b.value_);
  if (left && right) return narrowed(*left + *right);
  return Number(a.to_double() + b.to_double());
}

bool operator<(const Number& a, const Number& b) {
  const auto left = std::visit(ToWide{}, a.value_);
  const auto right = std::visit(ToWide{}, b.value_);
  if (left && right) return *left < *right;
  if (left) return std::is_lt(compare(*left, b.to_double()));
  if (right) return std::is_gt(compare(*right, a.to_double()));
  return a.to_double() < b.to_double();
}

bool operator==(const Number& a, const Number& b) {
  const auto left = std::visit(ToWide{}, a.value_);
  const auto right = std::visit(ToWide{}, b.value_);
  if (left && right) return *left == *right;
  if (left) return std::is_eq(compare(*left, b.to_double()));
  if (right) return std::is_eq(compare(*right, a.to_double()));
  return a.to_double() == b.to_double();
}

double Number::to_double() const {
  return std::visit([](auto value) { return static_cast<double>(value); }, value_);
}

bool Number::is_negative() const {
  return std::visit([](auto value) { return value < decltype(value){}; }, value_);
}

bool Number::is_finite() const { return std::isfinite(to_double()); }

void Number::append_to(std::string& text) const {
  char buffer[32];
  const auto append = [&](auto value) {
    text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  };
  const auto append_real = [&](double value) {
    if (std::isnan(value))
      text += "NaN";
    else if (std::isinf(value))
      text += value < 0 ? "-Inf" : "+Inf";
    else if (std::abs(value) < kPlainBelow && std::trunc(value) == value)
      append(static_cast<std::int64_t>(value));
    else
      append(value);
  };
  if (const double* value = std::get_if<double>(&value_))
    append_real(*value);
  else if (const std::uint64_t* positive = std::get_if<std::uint64_t>(&value_))
    append(*positive);
  else
    append(std::get<std::int64_t>(value_));
}

std::string Number::text() const {
  std::string result;
  append_to(result);
  return result;
}

}  // namespace boxmeter
