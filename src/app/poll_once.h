#pragma once
#include <optional>
#include <vector>

#include "poll/poller.h"

namespace boxmeter {

/// What came of one request; no error: an answer.
struct Heard {
  Request request = {};
  std::optional<Error> error = {};
};

/// What one turn of one device gave.
struct Outcome {
  std::optional<Failure> failure = {};  // of the device as a whole
  std::vector<SnapshotPtr> snapshots = {};
  std::vector<Heard> requests = {};  // each that was sent, in order
};

/// Asks every query of the device once; what goes wrong is in the outcome.  Throws what
/// Poller::once() throws.
Outcome poll_once(const Job& job, const PollOptions& poll, http::Stop& stop);

}  // namespace boxmeter
