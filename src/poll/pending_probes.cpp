#include "poll/pending_probes.h"

#include <utility>

namespace boxmeter {
namespace {

void end(PendingProbe& pending) {
  pending.is_over = true;
  pending.changed.notify_one();
}

void add_answer(const std::string& query, bool answered, PendingProbe& pending) {
  if (pending.missing.erase(query) == 0) return;
  pending.answered |= answered;
  if (pending.probe.at_once && pending.missing.empty()) end(pending);
}

}  // namespace

void PendingProbes::add(PendingProbe& pending, bool is_busy) {
  if (is_busy)
    for (const auto& [query, answered] : answered_) add_answer(query, answered, pending);
  all_.push_back(&pending);
}

ExtraQueries PendingProbes::begin_turn() {
  ExtraQueries extra;
  for (PendingProbe* const pending : all_) {
    pending->in_turn = true;
    auto& queries = pending->probe.at_once ? extra.always : extra.if_due;
    queries.insert(pending->missing.begin(), pending->missing.end());
  }
  return extra;
}

void PendingProbes::record(const Snapshot& snapshot) {
  const bool answered = !snapshot.failure || snapshot.support != Support::failing;
  answered_[snapshot.query] = answered;
  for (PendingProbe* const pending : all_) add_answer(snapshot.query, answered, *pending);
}

void PendingProbes::record(const Turn& turn) {
  for (PendingProbe* const pending : all_) {
    pending->failed = turn.refused_login || (turn.asked && !turn.reached);
    pending->answered |= turn.reached;
  }
}

/// A probe that came during the turn stays, so that the box is asked again for what the turn left
/// out, unless it is down.
void PendingProbes::end_turn(const std::function<bool(const std::string& query)>& left_out) {
  answered_.clear();
  std::erase_if(all_, [&](PendingProbe* pending) {
    if (pending->in_turn && !pending->probe.at_once && !pending->failed) {
      // The others were not due.
      std::erase_if(pending->missing, [&](const std::string& query) { return !left_out(query); });
    }
    if (!pending->in_turn && !pending->failed && !pending->missing.empty()) return false;
    end(*pending);
    return true;
  });
}

void PendingProbes::end_all() {
  for (PendingProbe* const pending : std::exchange(all_, {})) end(*pending);
}

}  // namespace boxmeter
