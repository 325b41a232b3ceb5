#include <doctest/doctest.h>

#include "yaml/scalars.h"

namespace boxmeter::config_scalars_test {

using namespace std::chrono_literals;

TEST_CASE("durations") {
  struct Row {
    const char* text;
    std::optional<std::chrono::milliseconds> meaning;
  };
  const Row rows[] = {{"500ms", 500ms},
                      {"15s", 15s},
                      {"2m", 2min},
                      {"1h", 1h},
                      {"1d", 24h},
                      {"1m30s", 90s},
                      {"1h1ms", 3600001ms},
                      {"0s", 0ms},
                      {"", {}},
                      {"30", {}},
                      {"s", {}},
                      {"-5s", {}},
                      {"+5s", {}},
                      {"1.5s", {}},
                      {"15 s", {}},
                      {"15S", {}},
                      {"15sec", {}},
                      {"1s1m", {}},
                      {"1s1s", {}},
                      {"99999999999999999999s", {}},
                      {"9223372036854775807d", {}},
                      {"106751991167d106751991167h", {}}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_duration(row.text) == row.meaning);
  }
}

TEST_CASE("sizes") {
  struct Row {
    const char* text;
    std::optional<std::uint64_t> meaning;
  };
  const Row rows[] = {{"5KB", 5000},
                      {"1MiB", 1048576},
                      {"16KiB", 16384},
                      {"2GB", 2000000000},
                      {"1GiB", 1073741824},
                      {"300B", 300},
                      {"300", 300},
                      {"0", 0},
                      {"", {}},
                      {"KB", {}},
                      {"5kb", {}},
                      {"5 KB", {}},
                      {"-1KB", {}},
                      {"1.5MB", {}},
                      {"5K", {}},
                      {"18446744073709551615", {}},
                      {"9223372036854775807GiB", {}}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_size(row.text) == row.meaning);
  }
}

TEST_CASE("a value out of bounds is told the bounds") {
  const Document document = parse_yaml("{a: 2s, b: 5, c: 10MiB, d: 0.5, e: True}", "f.yml");
  const Section section(Value(document), {"a", "b", "c", "d", "e"});

  CHECK_THROWS_WITH_AS(duration(section.required("a"), 3s, 5min),
                       "f.yml:1:5: 'a' must be between 3s and 5m, not '2s'", Error);
  CHECK_THROWS_WITH_AS(integer(section.required("b"), 6, 9),
                       "f.yml:1:12: 'b' must be between 6 and 9, not '5'", Error);
  CHECK_THROWS_WITH_AS(size(section.required("c"), 1000, 1U << 20),
                       "f.yml:1:18: 'c' must be between 1000B and 1MiB, not '10MiB'", Error);
  CHECK(number(section.required("d")) == 0.5);
  CHECK_THROWS_WITH_AS(boolean(section.required("e")),
                       "f.yml:1:36: 'e' must be true or false, not 'True'", Error);
}

}  // namespace boxmeter::config_scalars_test
