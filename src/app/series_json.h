#pragma once
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "publish/store.h"

namespace boxmeter {

/// All series as a JSON array of {name, type, unit, labels, value, device, query}, one per line.
/// Per device of `jobs` first its health series (query null), then those of `snapshots`, in the
/// order of its queries.  If several queries of a device give the same series, the first one is
/// taken, as on /metrics.  Values are written as on /metrics, so that 64-bit integers are exact.
/// Pure.
std::string series_json(std::span<const Job> jobs, const std::vector<DeviceStatus>& devices,
                        const std::vector<SnapshotPtr>& snapshots);

}  // namespace boxmeter
