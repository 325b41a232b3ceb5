#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

// Numbers out of text: all of the text or nothing, whatever the locale.  No blanks, no '+', no
// prefix such as 0x.  Pure; any thread; nothing here throws.
namespace boxmeter {

/// nullopt for what is no number, or does not fit.
std::optional<std::int64_t> parse_signed(std::string_view text, int base = 10);
std::optional<std::uint64_t> parse_unsigned(std::string_view text, int base = 10);

/// "42" as an Integer, "ff" with base 16; nullopt for what is no number, or none that fits.
template <std::integral Integer>
std::optional<Integer> parse_integer(std::string_view text, int base = 10) {
  const auto held = [&](auto wide) -> std::optional<Integer> {
    if (!wide || !std::in_range<Integer>(*wide)) return {};
    return static_cast<Integer>(*wide);
  };
  if constexpr (std::signed_integral<Integer>)
    return held(parse_signed(text, base));
  else
    return held(parse_unsigned(text, base));
}

/// "42", "-0.5", "1e3"; nullopt for "inf", "nan" and what a double cannot hold, too.
std::optional<double> parse_double(std::string_view text);

}  // namespace boxmeter
