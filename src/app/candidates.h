#pragma once
#include <span>
#include <string>
#include <vector>

#include "app/commands.h"

namespace boxmeter {

/// A word that a shell may offer, and what it is.
struct Candidate {
  std::string word;
  std::string help = {};
};

/// The word of the one candidate that stands for "a file".
constexpr const char* kFiles = ":files";

/// What may stand in the place of the last of `words`, which is what has been typed of it so far;
/// the program's own name is not among them.  Reads the configuration for the names of devices, and
/// what is kept of boxes; what cannot be read has no names.  Never throws Error.
std::vector<Candidate> candidates(const Program& program, std::span<const std::string> words);

}  // namespace boxmeter
