#pragma once
#include <vector>

#include "metric/model.h"

namespace boxmeter {

/// The seven process_* that every Prometheus client library has and prometheus-cpp lacks.  Reads
/// /proc; what the system does not tell is absent.  `started` stands for the start of the process
/// where /proc does not tell it.  Any thread.  Throws nothing of ours.
std::vector<Series> process_series(WallClock::time_point started);

}  // namespace boxmeter
