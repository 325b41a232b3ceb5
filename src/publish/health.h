#pragma once
#include <utility>
#include <vector>

#include "publish/store.h"

// What boxmeter says of its own work on a device: box_up and boxmeter_*.
namespace boxmeter {

/// The health series of one device, one per family; times are seconds.  Pure, any thread, throws
/// nothing of ours.
std::vector<Series> health_of(const DeviceStatus& device);

}  // namespace boxmeter
