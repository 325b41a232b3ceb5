#pragma once
#include <utility>
#include <vector>

#include "publish/store.h"

// The series about boxmeter's own work on a device: box_up and boxmeter_*.
namespace boxmeter {

/// The health series of one device, one per family; durations in seconds.  Pure, any thread, never
/// throws Error.
std::vector<Series> health_of(const DeviceStatus& device);

}  // namespace boxmeter
