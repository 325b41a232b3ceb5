#pragma once
#include <utility>
#include <vector>

#include "publish/store.h"

// What boxmeter says of its own work on a device: box_up and boxmeter_*.
namespace boxmeter {

/// The health series of one device, one per family; times are seconds.  Pure, any thread, throws
/// nothing of ours.
std::vector<Series> health_of(const DeviceStatus& device);

/// The name of the query that turn_of() seems to answer.
inline constexpr std::string_view kTurnQuery = "box";

/// What sinks get of the last turn: box_up and how long it took, so that a dead box is no silence.
/// Pure, any thread.
SnapshotPtr turn_of(const DeviceStatus& device);

}  // namespace boxmeter
