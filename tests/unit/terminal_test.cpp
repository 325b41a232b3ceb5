#include "app/terminal.h"

#include <doctest/doctest.h>

namespace boxmeter::terminal_test {

TEST_CASE("columns are as wide as their widest cell in characters, and lines end without blanks") {
  CHECK(table({{"name", "ip", ""}, {"Küche", "192.0.2.1", "x"}, {"a", "192.0.2.17"}}) ==
        "name   ip\n"
        "Küche  192.0.2.1   x\n"
        "a      192.0.2.17\n");
  CHECK(table({}).empty());
}

}  // namespace boxmeter::terminal_test
