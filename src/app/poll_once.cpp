#include "app/poll_once.h"

#include <utility>

#include "base/guarded.h"

namespace boxmeter {

Outcome poll_once(const Job& job, const PollOptions& poll, http::Stop& stop) {
  Guarded<std::vector<SnapshotPtr>> snapshots;
  Outcome outcome;
  Poller::once(
      {job}, poll,
      {.record =
           [&](const SnapshotPtr& snapshot) {
             snapshots.with([&](auto& all) { all.push_back(snapshot); });
           },
       .end_turn = [&](const std::string&, const Turn& turn) { outcome.failure = turn.failure; },
       .request_done =
           [&](const Request& request, const Error* error) {
             // No lock: one device is asked by one worker.
             outcome.requests.push_back(
                 {.request = request, .error = error ? std::optional(*error) : std::nullopt});
           }},
      stop);
  outcome.snapshots = snapshots.with([](auto& all) { return std::move(all); });
  return outcome;
}

}  // namespace boxmeter
