#pragma once
#include "config/config.h"
#include "metric/store.h"

namespace boxmeter {

/// What the store must know of each configured device.
std::vector<Registration> registrations(const Config& config);

}  // namespace boxmeter
