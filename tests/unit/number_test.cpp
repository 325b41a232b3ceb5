#include "metric/number.h"

#include <doctest/doctest.h>

#include <limits>

#include "metric/bounds.h"

namespace boxmeter::number_test {
namespace {

std::string parsed(std::string_view text) {
  const auto number = Number::parse(text);
  return number ? number->text() : "absent";
}

Number number(std::string_view text) { return Number::parse(text).value(); }

}  // namespace

TEST_CASE("decimal text is a number and everything else is absent") {
  const std::pair<std::string, std::string> cases[] = {
      {"42", "42"},
      {" 42 ", "42"},
      {"\t-42\r\n", "-42"},
      {"+5", "5"},
      {"007", "7"},
      {"0", "0"},
      {"-0", "0"},
      {"1e3", "1000"},
      {"-1.5E-1", "-0.15"},
      {".5", "0.5"},
      {"5.", "5"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551616", "18446744073709551616"},
      {"-9223372036854775809", "-9223372036854775808"},
      {"123456789012345678901234", "1.2345678901234569e+23"},
      {"", "absent"},
      {" ", "absent"},
      {"-", "absent"},
      {"+", "absent"},
      {"+-5", "absent"},
      {"--5", "absent"},
      {".", "absent"},
      {"-.", "absent"},
      {"e3", "absent"},
      {"0x1F", "absent"},
      {"1,5", "absent"},
      {"1 000", "absent"},
      {"12 dB", "absent"},
      {"1e", "absent"},
      {"1e400", "absent"},
      {"nan", "absent"},
      {"NaN", "absent"},
      {"inf", "absent"},
      {"-inf", "absent"},
      {"-nan", "absent"},
      {"true", "absent"},
      {"\xB2", "absent"},
  };

  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(parsed(text) == expected);
  }
  CHECK(parsed(std::string_view("1\0", 2)) == "absent");
  CHECK(parsed(std::string(400, '9')) == "absent");
}

TEST_CASE("integers print all their digits and doubles the fewest that read back") {
  CHECK(Number(std::uint64_t{18446744073709551615U}).text() == "18446744073709551615");
  CHECK(Number(std::numeric_limits<std::int64_t>::min()).text() == "-9223372036854775808");
  CHECK(Number(0.1).text() == "0.1");
  CHECK(Number(100000.0).text() == "100000");
  CHECK(Number(-3.0).text() == "-3");
  CHECK(Number(-0.0).text() == "0");
  CHECK(Number(1e15).text() == "1e+15");
  CHECK(Number(1e-7).text() == "1e-07");
  CHECK(Number(std::numeric_limits<double>::infinity()).text() == "+Inf");
  CHECK(Number(-std::numeric_limits<double>::infinity()).text() == "-Inf");
  CHECK(Number(std::numeric_limits<double>::quiet_NaN()).text() == "NaN");
}

TEST_CASE("scaling is exact while the result is an integer of 64 bits") {
  CHECK(number("18446744073709551615").scaled(1, 0).text() == "18446744073709551615");
  CHECK(number("18446744073709551615").scaled(1, -15).text() == "18446744073709551600");
  CHECK(number("9223372036854775807").scaled(2, 1).text() == "18446744073709551615");
  CHECK(number("9223372036854775807").scaled(-1, -1).text() == "-9223372036854775808");
  CHECK(number("18446744073709551615").scaled(2, 0).text() == "36893488147419103232");
  CHECK(number("28031").scaled(125, 0).text() == "3503875");
  CHECK(number("7").scaled(0, 3).text() == "3");
}

TEST_CASE("a decimal scale gives the decimal that people expect") {
  CHECK(number("70").scaled(0.1, 0).text() == "7");
  CHECK(number("3").scaled(0.1, 0).text() == "0.3");
  CHECK(number("-3698").scaled(0.01, 0).text() == "-36.98");
  CHECK(number("-1172").scaled(0.01, 0).text() == "-11.72");
  CHECK(number("215").scaled(-0.1, 0).text() == "-21.5");
  CHECK(number("43").scaled(0.5, -8).text() == "13.5");
  CHECK(number("1.5").scaled(1000, 0).text() == "1500");
  CHECK_FALSE(Number(1e308).scaled(10, 0).is_finite());
}

TEST_CASE("sums of integers stay exact and grow to a double when they must") {
  CHECK((number("18446744073709551614") + number("1")).text() == "18446744073709551615");
  CHECK((number("18446744073709551615") + number("-1")).text() == "18446744073709551614");
  CHECK((number("-5") + number("3")).text() == "-2");
  CHECK((number("18446744073709551615") + number("1")).text() == "18446744073709551616");
  CHECK((number("1") + number("0.5")).text() == "1.5");
}

TEST_CASE("numbers compare by value, whatever holds them") {
  CHECK(Number(5.0) == number("5"));
  CHECK(number("-1") < number("0"));
  CHECK_FALSE(number("0") < number("-1"));
  CHECK(number("9007199254740993") == number("9007199254740993"));
  CHECK_FALSE(number("9007199254740993") == Number(9007199254740992.0));
  CHECK(Number(9007199254740992.0) < number("9007199254740993"));
  CHECK(number("18446744073709551615") < Number(18446744073709551616.0));
  CHECK(number("-2") < Number(-1.5));
  CHECK(Number(-1.5) < number("-1"));
  CHECK(Number(-1e300) < number("-9223372036854775808"));
  CHECK_FALSE(Number(std::numeric_limits<double>::quiet_NaN()) < number("1"));
  CHECK_FALSE(number("1") < Number(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("negative and finite are told for every kind") {
  CHECK(number("-1").is_negative());
  CHECK(number("-0.5").is_negative());
  CHECK_FALSE(number("0").is_negative());
  CHECK_FALSE(number("18446744073709551615").is_negative());
  CHECK(number("1").is_integer());
  CHECK_FALSE(number("1.0").is_integer());
  CHECK_FALSE(Number(std::numeric_limits<double>::infinity()).is_finite());
}

TEST_CASE("what cannot be by its unit is beyond the bounds of the metric") {
  const auto holds = [](std::string_view name, double value, std::string_view help = "") {
    return bounds_of(name, help).hold(value);
  };

  CHECK(holds("box_temperature_celsius", -40));
  CHECK_FALSE(holds("box_temperature_celsius", -999.9));
  CHECK_FALSE(holds("box_temperature_celsius", 3276.7));
  CHECK(holds("box_x_dbm", -121.5));
  CHECK_FALSE(holds("box_x_dbm", -32768));
  CHECK_FALSE(holds("box_x_decibels", 429496728.1));
  CHECK(holds("box_x_timestamp_seconds", 1783860753));
  CHECK_FALSE(holds("box_x_timestamp_seconds", 75));
  CHECK_FALSE(holds("box_x_timestamp_seconds", 1783860753000.0));
  CHECK_FALSE(holds("box_x_bytes_per_second", -125000));
  CHECK_FALSE(holds("box_uptime_seconds", -1));
  CHECK(holds("box_clock_offset_seconds", -0.5));
  CHECK(holds("box_x_watts", -420));
  CHECK(holds("box_x", 255));
  CHECK_FALSE(holds("box_x", 255, "Whether it is up (1) or not (0)."));
  CHECK(holds("box_x", 2, "Mode of the port: off (0), on (1), automatic (2)."));
}

}  // namespace boxmeter::number_test
