#pragma once
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// The seven process_* that Prometheus client libraries have and prometheus-cpp lacks
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/).  Reads /proc; what the system
/// does not tell is absent.  `started` is used as the start time if /proc does not tell it.  Any
/// thread. Never throws Error.
std::vector<Series> process_series(WallClock::time_point started);

}  // namespace boxmeter
