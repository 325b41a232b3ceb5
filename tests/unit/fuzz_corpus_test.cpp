#include <doctest/doctest.h>

#include <iostream>

#include "../fuzz/fuzz.h"
#include "places.h"

namespace boxmeter::fuzz_corpus_test {

// What ./dev fuzz left in tests/fuzz/corpus, one folder per target.

TEST_CASE("every input that a fuzzer ever found is read or refused in one line") {
  for (const fuzz::Target& target : fuzz::targets()) {
    const auto folder = checkout() / "tests/fuzz/corpus" / target.name;
    REQUIRE_MESSAGE(std::filesystem::is_directory(folder),
                    folder.string() << " is missing: run ./dev fuzz " << target.name);
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      ++inputs;
      CAPTURE(entry.path().string());
      CHECK_NOTHROW(fuzz::feed(target, read_file(entry.path())));
    }
    CHECK(inputs > 0);
  }
}

}  // namespace boxmeter::fuzz_corpus_test
