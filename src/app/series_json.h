#pragma once
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "publish/store.h"

namespace boxmeter {

/// Every series as an array of {name, type, unit, labels, value, device, query}, one to a line:
/// first what boxmeter says of each device itself (query null), then what `snapshots` hold, in the
/// order of `jobs` and their queries.  Of a series that several queries of a device give, the
/// earliest of them is taken, as on the page.  Values are written as on the page, so that integers
/// of 64 bits are exact.  Pure.
std::string series_json(std::span<const Job> jobs, const std::vector<DeviceStatus>& devices,
                        const std::vector<SnapshotPtr>& snapshots);

}  // namespace boxmeter
