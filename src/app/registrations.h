#pragma once
#include "config/config.h"
#include "publish/store.h"

namespace boxmeter {

/// What the store must know of each configured device.
std::vector<Registration> registrations(const Config& config);

}  // namespace boxmeter
