#include "publish/sample_text.h"

#include <doctest/doctest.h>

namespace boxmeter {
namespace {

ReadSample read_back(const std::string& name, const std::string& common, const Labels& labels,
                     const Number& value) {
  std::string line;
  append_sample(line, name, common, labels, value);
  line.pop_back();
  return read_sample(line, name, common);
}

TEST_CASE("what was written as a sample line is read back as it was") {
  const Labels odd = {{"ssid", "a\"b\\c\nd, e=\"f\" {g} "}, {"empty", ""}, {"name", "Küche 5 GHz"}};
  std::string common;
  append_labels(common, {{"device", "home"}, {"site", "a,b"}});
  for (const std::string& of_device : {std::string(), common}) {
    CAPTURE(of_device);
    CHECK(read_back("box_x", of_device, odd, Number(std::int64_t{-7})).labels == odd);
    CHECK(read_back("box_x", of_device, odd, Number(std::int64_t{-7})).value == -7);
    CHECK(read_back("box_x", of_device, {}, Number(0.1)).labels.empty());
    CHECK(read_back("box_x", of_device, {}, Number(0.1)).value == 0.1);
  }
}

}  // namespace
}  // namespace boxmeter
