#pragma once
#include "config/config.h"

namespace boxmeter {

/// Puts the queries of `running` in the place of those of `fresh` that say the same: whatever
/// compares pointers finds what has changed, and nothing is kept twice.
void reuse_queries(Config& fresh, const Config& running);

}  // namespace boxmeter
