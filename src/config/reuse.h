#pragma once
#include "config/config.h"

namespace boxmeter {

/// Replaces queries of `fresh` by equal ones of `running`, so that comparing pointers tells whether
/// a query has changed.  Pure but for `fresh`.
void reuse_queries(Config& fresh, const Config& running);

}  // namespace boxmeter
