#pragma once
#include <utility>
#include <vector>

#include "publish/store.h"

// What boxmeter says of its own work on a device: vocabulary.md's last paragraph.
namespace boxmeter {

/// The health series of one device, per family in the order of the page.  Pure.
std::vector<Series> health_of(const DeviceStatus& device);

}  // namespace boxmeter
