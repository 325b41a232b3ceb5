#pragma once
#include <string>
#include <vector>

#include "publish/push.h"
#include "publish/store.h"

namespace boxmeter {

/// The body of /devices, for programs: one device per line.  Times are RFC 3339 in UTC, or null;
/// durations are in seconds.  Pure, any thread, never throws Error.
std::string devices_json(const std::vector<DeviceStatus>& devices,
                         const std::vector<SinkStatus>& sinks);

}  // namespace boxmeter
