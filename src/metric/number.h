#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace boxmeter {

/// A measured value.  Integers stay exact to 64 bits; everything else is a double.  Never NaN
/// out of a device: what is not a number is absent.  Pure, any thread.
class Number {
 public:
  Number() = default;
  explicit Number(std::uint64_t value) : value_(value) {}
  explicit Number(std::int64_t value);
  explicit Number(double value) : value_(value) {}

  /// Decimal text, nothing around it but white space.  "", "-", "0x1F", "1,5", "nan", "inf" and
  /// anything else are absent.
  static std::optional<Number> parse(std::string_view text);

  /// value * scale + offset; exact while both are integers and the result fits 64 bits.
  Number scaled(double scale, double offset) const;

  friend Number operator+(const Number& a, const Number& b);
  friend bool operator<(const Number& a, const Number& b);
  friend bool operator==(const Number& a, const Number& b);

  double to_double() const;
  bool is_integer() const { return !std::holds_alternative<double>(value_); }
  bool is_negative() const;

  /// Appends the shortest text that reads back as the same value; integers with all digits.
  void append_to(std::string& text) const;
  std::string text() const;

 private:
  // An integer that is not negative is always held as uint64_t, so equal values compare equal.
  std::variant<std::uint64_t, std::int64_t, double> value_ = std::uint64_t{0};
};

}  // namespace boxmeter
