#pragma once
#include <string>
#include <vector>

#include "publish/push.h"
#include "publish/store.h"

// How we are, for people: pure functions of values.
namespace boxmeter {

/// What /devices answers, a device to a line.  Times are RFC 3339 in UTC, null before the first.
std::string devices_json(const std::vector<DeviceStatus>& devices,
                         const std::vector<SinkStatus>& sinks);

/// What / answers: one self-contained page of HTML, without script.
std::string status_page(const std::vector<DeviceStatus>& devices,
                        const std::vector<SinkStatus>& sinks, WallClock::time_point now);

/// "3 s", "5 min", "2 h", "4 d"
std::string age(WallClock::duration age);

}  // namespace boxmeter
