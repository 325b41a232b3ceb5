#pragma once
#include <string>
#include <vector>

#include "publish/push.h"
#include "publish/store.h"

namespace boxmeter {

/// What /devices answers, for programs: a device to a line.  Times are RFC 3339 in UTC, null before
/// the first; durations are seconds.  Pure, any thread, throws nothing of ours.
std::string devices_json(const std::vector<DeviceStatus>& devices,
                         const std::vector<SinkStatus>& sinks);

}  // namespace boxmeter
