#pragma once
#include <cstdint>
#include <string>

#include "sim/description.h"

namespace boxmeter::sim {

/// How many entries a made-up table has.
constexpr int kInventedEntries = 3;

/// A made-up value that the argument's type allows, extremes included; always the same for one
/// `seed` and `key` (the action's name).  Pure.
std::string invented(const Argument& argument, std::uint64_t seed, const std::string& key);

}  // namespace boxmeter::sim
