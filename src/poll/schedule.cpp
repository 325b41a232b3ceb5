#include "poll/schedule.h"

#include <algorithm>

#include "base/text.h"

namespace boxmeter {
namespace {

/// The first point of the grid {origin + phase + k * interval} after `now`.
Clock::time_point next_tick(Clock::time_point origin, Clock::duration phase,
                            Clock::duration interval, Clock::time_point now) {
  const auto first = origin + phase;
  if (now < first) return first;
  return first + ((now - first) / interval + 1) * interval;
}

}  // namespace

Schedule::Schedule(std::string_view device, const std::vector<Clock::duration>& intervals,
                   Clock::time_point start)
    // The same number for all queries, so that the ticks of every 15 s and of every 30 s coincide.
    : spread_(stable_hash(device) % 86'400'000), start_(start), held_until_(start) {
  change(intervals, start);
}

void Schedule::change(const std::vector<Clock::duration>& intervals, Clock::time_point now) {
  slots_.clear();
  for (const Clock::duration interval : intervals)
    slots_.push_back({interval, spread_ % interval, now});
}

Clock::time_point Schedule::next_due() const {
  auto earliest = Clock::time_point::max();
  for (const Slot& slot : slots_) earliest = std::min(earliest, slot.due);
  return std::max(earliest, held_until_);
}

std::vector<std::size_t> Schedule::due(Clock::time_point now) const {
  std::vector<std::size_t> ready;
  if (now < held_until_) return ready;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].due <= now) ready.push_back(i);
  std::stable_sort(ready.begin(), ready.end(), [&](std::size_t a, std::size_t b) {
    return slots_[a].failures < slots_[b].failures;
  });
  return ready;
}

std::uint64_t Schedule::done(std::size_t query, Clock::time_point now, Penalty penalty) {
  Slot& slot = slots_[query];
  const auto planned = std::max(slot.due, held_until_);
  const std::uint64_t skipped =
      now > planned ? static_cast<std::uint64_t>((now - planned) / slot.interval) : 0;
  slot.failures = penalty == Penalty::none ? 0 : slot.failures + 1;
  const auto wait =
      penalty == Penalty::less_often ? backoff(slot.interval, slot.failures, 0) : slot.interval;
  slot.due = next_tick(start_, slot.phase, slot.interval, now + wait - slot.interval);
  return skipped;
}

void Schedule::hold(Clock::time_point until) { held_until_ = std::max(held_until_, until); }

void Schedule::release(Clock::time_point now) { held_until_ = std::min(held_until_, now); }

Clock::duration backoff(Clock::duration interval, unsigned failures, double chance) {
  const Clock::duration most = std::max<Clock::duration>(interval, std::chrono::seconds(60));
  Clock::duration wait = interval;
  for (unsigned i = 1; i < failures && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  return wait - std::chrono::duration_cast<Clock::duration>(wait * 0.1 * chance);
}

}  // namespace boxmeter
