#include "base/number.h"

#include <charconv>
#include <cmath>

namespace boxmeter {
namespace {

template <typename Value, typename... Base>
std::optional<Value> parse_all(std::string_view text, Base... base) {
  Value value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base...);
  if (error != std::errc{} || stop != end) return {};
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_signed(std::string_view text, int base) {
  return parse_all<std::int64_t>(text, base);
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text, int base) {
  return parse_all<std::uint64_t>(text, base);
}

std::optional<double> parse_double(std::string_view text) {
  const auto value = parse_all<double>(text);
  if (!value || !std::isfinite(*value)) return {};
  return value;
}

}  // namespace boxmeter
