#include "poll/waiters.h"

#include <utility>

namespace boxmeter {
namespace {

void end(Waiter& waiter) {
  waiter.is_over = true;
  waiter.changed.notify_one();
}

void share(const std::string& query, bool heard, Waiter& waiter) {
  if (waiter.missing.erase(query) == 0) return;
  waiter.heard |= heard;
  if (waiter.probe.at_once && waiter.missing.empty()) end(waiter);
}

}  // namespace

void Waiters::add(Waiter& waiter, bool is_busy) {
  if (is_busy)
    for (const auto& [query, heard] : answered_) share(query, heard, waiter);
  all_.push_back(&waiter);
}

Wish Waiters::begin_turn() {
  Wish wish;
  for (Waiter* const waiter : all_) {
    waiter->in_turn = true;
    auto& queries = waiter->probe.at_once ? wish.at_once : wish.in_their_time;
    queries.insert(waiter->missing.begin(), waiter->missing.end());
  }
  return wish;
}

void Waiters::note(const Snapshot& snapshot) {
  const bool heard = !snapshot.failure || snapshot.support != Support::failing;
  answered_[snapshot.query] = heard;
  for (Waiter* const waiter : all_) share(snapshot.query, heard, *waiter);
}

void Waiters::note(const Turn& turn) {
  for (Waiter* const waiter : all_) {
    waiter->failed = turn.refused_login || (turn.asked && !turn.reached);
    waiter->heard |= turn.reached;
  }
}

/// Who came while the turn was running has the box asked again for what it left out, unless it is
/// down.
void Waiters::end_turn(const std::function<bool(const std::string& query)>& left_out) {
  answered_.clear();
  std::erase_if(all_, [&](Waiter* waiter) {
    if (waiter->in_turn && !waiter->probe.at_once && !waiter->failed) {
      // The others were not due.
      std::erase_if(waiter->missing, [&](const std::string& query) { return !left_out(query); });
    }
    if (!waiter->in_turn && !waiter->failed && !waiter->missing.empty()) return false;
    end(*waiter);
    return true;
  });
}

void Waiters::give_up() {
  for (Waiter* const waiter : std::exchange(all_, {})) end(*waiter);
}

}  // namespace boxmeter
