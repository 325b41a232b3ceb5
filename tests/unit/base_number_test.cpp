#include <doctest/doctest.h>

#include "base/number.h"

namespace boxmeter::base_number_test {

TEST_CASE("a number is the whole text or nothing") {
  CHECK(parse_integer<int>("42") == 42);
  CHECK(parse_integer<int>("-42") == -42);
  CHECK(parse_integer<unsigned char>("ff", 16) == 255);
  CHECK(parse_integer<std::uint64_t>("18446744073709551615") == 18446744073709551615U);
  for (const auto* text : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "1a", "99999999999"})
    CHECK_MESSAGE(!parse_integer<int>(text), text);
  CHECK(!parse_integer<unsigned>("-1"));
  CHECK(!parse_integer<unsigned char>("256"));
  CHECK(!parse_integer<std::uint64_t>("18446744073709551616"));
}

TEST_CASE("a double is read with a point, and is finite") {
  CHECK(parse_double("-0.5") == -0.5);
  CHECK(parse_double("1e3") == 1000.0);
  for (const auto* text : {"", "1,5", "inf", "nan", "1e400", "1.5x", " 1"})
    CHECK_MESSAGE(!parse_double(text), text);
}

}  // namespace boxmeter::base_number_test
