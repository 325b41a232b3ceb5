#pragma once
#include "config/config.h"
#include "poll/poller.h"
#include "publish/store.h"

namespace boxmeter {

/// The devices of the configuration, for the store.  Pure.
std::vector<PolledDevice> polled_devices(const Config& config);

/// A recorder that records in `store`, which must outlive it.
PollRecorder record_into(Store& store);

}  // namespace boxmeter
