#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace boxmeter {

/// A measured value.  Integers stay exact to 64 bits; everything else is a double.  Never NaN or
/// infinite out of a device: what is not a number is absent.  Pure, any thread, throws nothing.
class Number {
 public:
  Number() = default;
  explicit Number(std::uint64_t value) : value_(value) {}
  explicit Number(std::int64_t value);
  explicit Number(double value) : value_(value) {}

  /// Decimal text ("42", "-0.5", "+3", "1e3"), nothing around it but white space.  "", "-", "0x1F",
  /// "1,5", "nan", "inf", what a double cannot hold ("1e400") and anything else are absent.
  static std::optional<Number> parse(std::string_view text);

  /// As a box writes it for people: also with a decimal comma ("-17,86") or a minus sign of its own
  /// (U+2212), and with one of `units` behind it ("2,41 dBm").  If anything else follows the
  /// number, the result is nullopt and `rest` is what follows.
  static std::optional<Number> parse_measured(std::string_view text,
                                              const std::vector<std::string>& units,
                                              std::string& rest);

  /// value * scale + offset; exact while all are integers and the result fits 64 bits, and else
  /// the double nearest to it (70 * 0.1 is 7, not 7.000000000000001).
  Number scaled(double scale, double offset) const;

  friend Number operator+(const Number& a, const Number& b);
  // By value, not by type: 5 equals 5.0, and 2^53 + 1 does not equal the double 2^53.
  friend bool operator<(const Number& a, const Number& b);
  friend bool operator==(const Number& a, const Number& b);

  double to_double() const;
  bool is_integer() const { return !std::holds_alternative<double>(value_); }
  bool is_negative() const;
  bool is_finite() const;

  /// Appends the shortest text that reads back as the same value, whole numbers with all their
  /// digits (a double above 1e15 with an exponent where that is shorter); "NaN", "+Inf" or "-Inf"
  /// for what is not finite.
  void append_to(std::string& text) const;
  std::string text() const;

 private:
  // An integer that is not negative is always held as uint64_t, so equal values compare equal.
  std::variant<std::uint64_t, std::int64_t, double> value_ = std::uint64_t{0};
};

}  // namespace boxmeter
