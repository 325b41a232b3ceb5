#pragma once
#include "config/config.h"
#include "poll/poller.h"
#include "publish/store.h"

namespace boxmeter {

/// What the store must know of each configured device.
std::vector<PolledDevice> polled_devices(const Config& config);

/// What is polled is recorded in `store`, which outlives the recorder.
PollRecorder record_into(Store& store);

}  // namespace boxmeter
