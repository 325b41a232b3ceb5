#include "poll/metric_inventory.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/guarded.h"

namespace boxmeter {

SharedNames interned(MetricNames names) {
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

QueryOutcome outcome_of(const Snapshot& snapshot) {
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

/// Starts anew, for the first firmware that is seen, or for another one.
void MetricInventory::start_firmware(const std::string& firmware, WallClock::time_point now) {
  const bool is_first = contents_.firmware.empty();
  contents_ = {.firmware = firmware,
               .given = interned({}),
               .firmware_before = std::exchange(contents_.firmware, {}),
               .missing = is_first ? interned({}) : std::move(contents_.given),
               .changed = now};
  answers_.clear();
}

void MetricInventory::add(const std::vector<QueryOutcome>& outcomes, const std::string& firmware,
                          WallClock::time_point now) {
  if (firmware.empty()) return;
  if (contents_.firmware != firmware) start_firmware(firmware, now);
  std::vector<const QueryOutcome*> fresh;  // with metrics that were never given before
  for (const QueryOutcome& outcome : outcomes) {
    // Failing and idle queries do not count: they may give their metrics later.
    const bool is_lacking =
        outcome.support == Support::unsupported || outcome.support == Support::denied;
    if (outcome.failure && !is_lacking) continue;
    if (contents_.missing->contains(outcome.query)) {
      unsigned& answers = answers_[outcome.query];
      answers = std::min(answers + 1, kAnswers);
    }
    if (!gave_all_of(*contents_.given, outcome)) fresh.push_back(&outcome);
  }
  if (!fresh.empty()) learn(fresh);
  if (now - contents_.changed > kRemembered) contents_.missing = interned({});
}

/// Adds new metrics.  Called only if there are any, since it copies the names, ten kilobytes.
void MetricInventory::learn(const std::vector<const QueryOutcome*>& outcomes) {
  MetricNames given = *contents_.given, missing = *contents_.missing;
  for (const QueryOutcome* outcome : outcomes) {
    std::set<std::string>& names = given[outcome->query];
    for (const FamilyPtr& family : outcome->given) names.insert(family->name);
    if (const auto without = missing.find(outcome->query); without != missing.end())
      std::erase_if(without->second, [&](const std::string& name) { return names.contains(name); });
  }
  std::erase_if(missing, [](const auto& query) { return query.second.empty(); });
  contents_.given = interned(std::move(given));
  contents_.missing = interned(std::move(missing));
}

std::vector<std::string> MetricInventory::gone() const {
  std::set<std::string> gone;
  for (const auto& [query, names] : *contents_.missing) {
    const auto answers = answers_.find(query);
    if (answers != answers_.end() && answers->second >= kAnswers)
      gone.insert(names.begin(), names.end());
  }
  // Another query may give it now.
  for (const auto& [query, names] : *contents_.given)
    for (const std::string& name : names) gone.erase(name);
  return {gone.begin(), gone.end()};
}

}  // namespace boxmeter
