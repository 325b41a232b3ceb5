#include "poll/given.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/guarded.h"

namespace boxmeter {

SharedNames share(MetricNames names) {
  static const auto none = std::make_shared<const MetricNames>();
  if (names.empty()) return none;
  static Guarded<std::map<std::size_t, std::weak_ptr<const MetricNames>>> all;
  std::size_t key = 0;
  const auto mix = [&](const std::string& text) {
    key = key * 31 + std::hash<std::string>()(text);
  };
  for (const auto& [query, given] : names) {
    mix(query);
    std::ranges::for_each(given, mix);
  }
  return all.with([&](auto& known) {
    const auto at = known.find(key);
    SharedNames before = at == known.end() ? nullptr : at->second.lock();
    if (before && *before == names) return before;
    std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
    auto fresh = std::make_shared<const MetricNames>(std::move(names));
    known[key] = fresh;
    return SharedNames(std::move(fresh));
  });
}

QueryOutcome told_by(const Snapshot& snapshot) {
  QueryOutcome outcome{.query = snapshot.query,
                       .support = snapshot.support,
                       .failure = snapshot.failure,
                       .problems = snapshot.problems};
  for (const Series& series : snapshot.series)
    if (!series.points.empty()) outcome.given.push_back(series.family);
  return outcome;
}

namespace {

bool gave_all_of(const MetricNames& given, const QueryOutcome& outcome) {
  const auto names = given.find(outcome.query);
  return names != given.end() && std::ranges::all_of(outcome.given, [&](const FamilyPtr& family) {
           return names->second.contains(family->name);
         });
}

}  // namespace

/// The first firmware that is seen, or another one.
void GivenMetrics::begin(const std::string& firmware, WallClock::time_point now) {
  const bool is_first = known_.firmware.empty();
  known_ = {.firmware = firmware,
            .given = share({}),
            .firmware_before = std::exchange(known_.firmware, {}),
            .missing = is_first ? share({}) : std::move(known_.given),
            .changed = now};
  answers_.clear();
}

void GivenMetrics::see(const std::vector<QueryOutcome>& outcomes, const std::string& firmware,
                       WallClock::time_point now) {
  if (firmware.empty()) return;
  if (known_.firmware != firmware) begin(firmware, now);
  std::vector<const QueryOutcome*> fresh;  // they gave what they never gave
  for (const QueryOutcome& outcome : outcomes) {
    // What fails may work the next time, and what is idle will.
    const bool is_lacking =
        outcome.support == Support::unsupported || outcome.support == Support::denied;
    if (outcome.failure && !is_lacking) continue;
    if (known_.missing->contains(outcome.query)) {
      unsigned& answers = answers_[outcome.query];
      answers = std::min(answers + 1, kAnswers);
    }
    if (!gave_all_of(*known_.given, outcome)) fresh.push_back(&outcome);
  }
  if (!fresh.empty()) learn(fresh);
  if (now - known_.changed > kRemembered) known_.missing = share({});
}

/// Mostly there is nothing to learn: then the names, ten kilobytes, are not even copied.
void GivenMetrics::learn(const std::vector<const QueryOutcome*>& outcomes) {
  MetricNames given = *known_.given, missing = *known_.missing;
  for (const QueryOutcome* outcome : outcomes) {
    std::set<std::string>& names = given[outcome->query];
    for (const FamilyPtr& family : outcome->given) names.insert(family->name);
    if (const auto without = missing.find(outcome->query); without != missing.end())
      std::erase_if(without->second, [&](const std::string& name) { return names.contains(name); });
  }
  std::erase_if(missing, [](const auto& query) { return query.second.empty(); });
  known_.given = share(std::move(given));
  known_.missing = share(std::move(missing));
}

std::vector<std::string> GivenMetrics::gone() const {
  std::set<std::string> gone;
  for (const auto& [query, names] : *known_.missing) {
    const auto answers = answers_.find(query);
    if (answers != answers_.end() && answers->second >= kAnswers)
      gone.insert(names.begin(), names.end());
  }
  // Another query may give it now.
  for (const auto& [query, names] : *known_.given)
    for (const std::string& name : names) gone.erase(name);
  return {gone.begin(), gone.end()};
}

}  // namespace boxmeter
