#pragma once
#include <optional>
#include <vector>

#include "poll/poller.h"

namespace boxmeter {

/// The outcome of one request; no error: it was answered.
struct RequestOutcome {
  Request request = {};
  std::optional<Error> error = {};
};

/// The outcome of one turn of a device.
struct Outcome {
  std::optional<Failure> failure = {};  // of the device as a whole
  std::vector<SnapshotPtr> snapshots = {};
  std::vector<RequestOutcome> requests = {};  // those that were sent, in order
};

/// Asks every query of the device once.  Blocks until that is done.  Failures are in the outcome;
/// throws only what Poller::once() throws.
Outcome poll_once(const Job& job, const PollOptions& poll, http::Stop& stop);

}  // namespace boxmeter
