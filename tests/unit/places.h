#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"

// Where tests find what is not code.
namespace boxmeter {

std::filesystem::path checkout();
inline std::filesystem::path recordings() { return checkout() / "tests/recordings"; }

/// Recordings of real boxes; they are no part of the project and are played where they are.
inline std::filesystem::path corpus() {
  const char* given = std::getenv("BOXMETER_CORPUS");  // NOLINT(concurrency-mt-unsafe)
  return given != nullptr ? std::filesystem::path(given) : checkout() / "../shared/corpus";
}

/// False, and says so, where there are none: such a test counts as skipped.
inline bool has_corpus() {
  if (std::filesystem::is_directory(corpus())) return true;
  MESSAGE("skipped: no recordings of real boxes here");
  return false;
}

/// The text of tests/golden/NAME; UPDATE_GOLDEN=1 writes `actual` there first.
inline std::string golden(const std::string& name, const std::string& actual) {
  const std::filesystem::path path = checkout() / "tests/golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr)  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(path) << actual;
  return read_file(path);
}

}  // namespace boxmeter
