#pragma once
#include <span>
#include <string>
#include <vector>

#include "app/commands.h"

namespace boxmeter {

/// A word that a shell can offer as a completion, and its description.
struct Candidate {
  std::string word;
  std::string help = {};
};

/// The word of a candidate that stands for file names, which the shell completes itself.
constexpr const char* kFiles = ":files";

/// The completions of the last of `words`, which may be typed in part; `words` do not include the
/// program's name.  Reads the configuration for names of devices, and caches for what boxes can be
/// asked; without error if these cannot be read.  Never throws Error.
std::vector<Candidate> candidates(const Program& program, std::span<const std::string> words);

}  // namespace boxmeter
