#pragma once
#include <string>
#include <vector>

#include "publish/push.h"
#include "publish/store.h"

// How we are, for people.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// What / answers: one self-contained page of HTML, without script.
std::string status_page(const std::vector<DeviceStatus>& devices,
                        const std::vector<SinkStatus>& sinks, WallClock::time_point now);

/// "3 s", "5 min", "2 h", "4 d"
std::string age(WallClock::duration age);

}  // namespace boxmeter
