#include "publish/site/box_details.h"

#include <algorithm>

#include "base/text.h"
#include "publish/site/human.h"
#include "publish/site/samples.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostSeries = 2000;

QueryFacts::Group group_of(const DeviceStatus::Query& query) {
  using Group = QueryFacts::Group;
  if (!query.asked) return Group::waiting;
  switch (query.support) {
    case Support::denied:
      return Group::denied;
    case Support::unsupported:
    case Support::idle:
      return Group::unsupported;
    case Support::failing:
      return Group::failing;
    case Support::supported:
      break;
  }
  return query.failure ? Group::failing : Group::fine;
}

QueryFacts facts_of(const DeviceStatus& device, const DeviceStatus::Query& query,
                    const WayOut& way_out) {
  QueryFacts facts{.group = group_of(query),
                   .name = query.name,
                   .took = query.took,
                   .series = query.series,
                   .last_success = query.last_success};
  if (query.failure) {
    facts.reason = query.failure->message;
    facts.way_out = way_out(device.kind, query.failure->kind, query.support);
  }
  // A query cannot be asked before its device is.
  if (query.next && device.next) facts.next = std::max(*query.next, *device.next);
  return facts;
}

/// Of a state set only the current state is shown.
bool is_shown(const Sample& sample) {
  return sample.family->type != MetricType::stateset || sample.value == 1;
}

SeriesFacts facts_of(const Sample& sample) {
  const Family& family = *sample.family;
  const bool is_state = family.type == MetricType::stateset;
  SeriesFacts facts{.metric = family.name, .help = family.help, .query = std::string(sample.query)};
  for (const auto& [name, value] : sample.labels) {
    if (value.empty() || (is_state && name == "state")) continue;
    facts.labels.append(facts.labels.empty() ? "" : ", ").append(name).append(" ").append(value);
  }
  facts.value = is_state                          ? std::string(label(sample.labels, "state"))
                : family.type == MetricType::info ? ""
                                                  : human_value(family.name, sample.value);
  return facts;
}

bool contains(const SeriesFacts& series, const std::string& wanted) {
  return lower(series.metric).find(wanted) != std::string::npos ||
         lower(series.labels).find(wanted) != std::string::npos ||
         lower(series.value).find(wanted) != std::string::npos ||
         lower(series.query).find(wanted) != std::string::npos;
}

}  // namespace

BoxDetails details_of(const DeviceView& device, const std::vector<FamilyPtr>& families,
                      std::string_view find, const WayOut& way_out, Clock::time_point now,
                      WallClock::time_point wall) {
  BoxDetails details{.box = facts_of(device, families, now, wall)};
  details.problems = problems_of(details.box, way_out);
  for (const DeviceStatus::Query& query : device.status.queries)
    details.queries.push_back(facts_of(device.status, query, way_out));
  std::ranges::stable_sort(details.queries, {}, &QueryFacts::group);
  const std::string wanted = lower(find);
  for (const Sample& sample : samples_of(device, families, [](std::string_view) { return true; })) {
    if (!is_shown(sample)) continue;
    SeriesFacts series = facts_of(sample);
    if (!contains(series, wanted)) continue;
    if (details.series.size() < kMostSeries)
      details.series.push_back(std::move(series));
    else
      ++details.left_out;
  }
  std::ranges::stable_sort(details.series, {}, &SeriesFacts::metric);
  return details;
}

}  // namespace boxmeter
