#include "publish/sample_text.h"

#include <doctest/doctest.h>

namespace boxmeter::sample_text_test {
namespace {

const Labels kOdd = {{"ssid", "a\"b\\c\nd, e=\"f\" {g} "}, {"empty", ""}, {"name", "Küche 5 GHz"}};

ReadSample read_back(const Labels& labels, const Number& value) {
  std::string tail;
  append_tail(tail, labels, value);
  tail.pop_back();
  return read_tail(tail);
}

TEST_CASE("what was written of a line is read back as it was") {
  CHECK(read_back(kOdd, Number(std::int64_t{-7})).labels == kOdd);
  CHECK(read_back(kOdd, Number(std::int64_t{-7})).value == -7);
  CHECK(read_back({}, Number(0.1)).labels.empty());
  CHECK(read_back({}, Number(0.1)).value == 0.1);
}

TEST_CASE("lines are put together of what all begin with and what each ends with") {
  std::string common, tails, lines;
  append_labels(common, {{"device", "home"}, {"site", "a\"b"}});
  append_tail(tails, {}, Number(std::uint64_t{1}));
  append_tail(tails, kOdd, Number(2.5));
  append_lines(lines, "box_x", common, tails);

  CHECK(lines ==
        "box_x{device=\"home\",site=\"a\\\"b\"} 1\n"
        "box_x{device=\"home\",site=\"a\\\"b\",ssid=\"a\\\"b\\\\c\\nd, e=\\\"f\\\" {g} \","
        "empty=\"\",name=\"Küche 5 GHz\"} 2.5\n");
  CHECK(size_of_lines("box_x", common, tails) == lines.size());
}

}  // namespace
}  // namespace boxmeter::sample_text_test
