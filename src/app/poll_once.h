#pragma once
#include <optional>
#include <vector>

#include "poll/poller.h"

namespace boxmeter {

/// What one turn of one device gave.
struct Outcome {
  std::optional<Failure> failure = {};  // of the device as a whole
  std::vector<SnapshotPtr> snapshots = {};
};

/// Asks every query of the device once; what goes wrong is in the outcome.  Throws what
/// Poller::once() throws.
Outcome poll_once(const Job& job, const PollOptions& poll, http::Stop& stop);

}  // namespace boxmeter
