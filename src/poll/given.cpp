#include "poll/given.h"

#include <algorithm>
#include <utility>

namespace boxmeter {

void GivenMetrics::see(const Snapshot& snapshot, const std::string& firmware,
                       WallClock::time_point now) {
  // What fails may work the next time, and what is idle will.
  const bool is_lacking =
      snapshot.support == Support::unsupported || snapshot.support == Support::denied;
  if (firmware.empty() || (snapshot.failure && !is_lacking)) return;
  if (known_.firmware != firmware) {
    const bool is_first = known_.firmware.empty();
    known_ = {.firmware = firmware,
              .firmware_before = std::exchange(known_.firmware, {}),
              .missing = is_first ? MetricNames{} : std::move(known_.given),
              .changed = now};
    answers_.clear();
  }
  std::set<std::string>& given = known_.given[snapshot.query];
  for (const Series& series : snapshot.series)
    if (!series.points.empty()) given.insert(series.family->name);
  unsigned& answers = answers_[snapshot.query];
  answers = std::min(answers + 1, kAnswers);
  const auto missing = known_.missing.find(snapshot.query);
  if (missing != known_.missing.end())
    std::erase_if(missing->second, [&](const std::string& name) { return given.contains(name); });
  if (now - known_.changed > kRemembered) known_.missing.clear();
  std::erase_if(known_.missing, [](const auto& query) { return query.second.empty(); });
}

std::vector<std::string> GivenMetrics::gone() const {
  std::set<std::string> gone;
  for (const auto& [query, names] : known_.missing) {
    const auto answers = answers_.find(query);
    if (answers != answers_.end() && answers->second >= kAnswers)
      gone.insert(names.begin(), names.end());
  }
  // Another query may give it now.
  for (const auto& [query, names] : known_.given)
    for (const std::string& name : names) gone.erase(name);
  return {gone.begin(), gone.end()};
}

}  // namespace boxmeter
