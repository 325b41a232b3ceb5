#include "publish/health.h"

#include <array>

#include "publish/sample_text.h"

namespace boxmeter {
namespace {

FamilyPtr family(const char* name, MetricType type, const char* help) {
  return std::make_shared<const Family>(Family{.name = name, .type = type, .help = help});
}

// Made once, not per call: every snapshot of every device refers to the same family objects.
const FamilyPtr kUp =
    family("box_up", MetricType::gauge,
           "Whether the last turn got an answer of a box of this kind, a refusal of a "
           "request included, and no login was refused.");
const FamilyPtr kPolls = family("boxmeter_polls_total", MetricType::counter,
                                "Queries asked of the device, answered or not.");
const FamilyPtr kSkipped =
    family("boxmeter_polls_skipped_total", MetricType::counter,
           "Polls that came too late and were skipped instead of being made up for.");
const FamilyPtr kLag = family("boxmeter_poll_lag_seconds", MetricType::gauge,
                              "How much later than planned the last turn began.");
const FamilyPtr kFailures = family("boxmeter_failures_total", MetricType::counter,
                                   "Failed queries, parts of queries and rules, by reason.");
const FamilyPtr kLogins =
    family("boxmeter_logins_total", MetricType::counter, "Logins to the device so far.");
const FamilyPtr kSeries = family("boxmeter_series", MetricType::gauge,
                                 "Series that the newest answers of the device gave.");
const FamilyPtr kDropped = family(
    "boxmeter_series_dropped_total", MetricType::counter,
    "Series left out, by reason: over the limit, twice, unknown state, unusable label, no key "
    "(the label that names the thing is empty or too long).");
const FamilyPtr kCut = family("boxmeter_label_values_cut_total", MetricType::counter,
                              "Label values of more than 256 bytes, which show only their start.");
const FamilyPtr kGone = family("boxmeter_metrics_gone", MetricType::gauge,
                               "Metrics that the device gave before its firmware changed and does "
                               "not give since; for a week.  "
                               "/devices names them.");
const FamilyPtr kQueryUp = family("boxmeter_query_up", MetricType::gauge,
                                  "Whether the query was answered when it was last asked; absent "
                                  "for one that this box does not support.");
const FamilyPtr kQueries =
    family("boxmeter_queries", MetricType::gauge,
           "Queries of the device by what they can do on this box: supported, unsupported, denied, "
           "idle (the box cannot tell at the moment) or failing. /devices tells it of each.");
const FamilyPtr kTook =
    family("boxmeter_turn_duration_seconds", MetricType::gauge,
           "How long the last turn took, in which all queries were asked that were due.");

constexpr ErrorKind kReasons[] = {ErrorKind::timeout, ErrorKind::network,   ErrorKind::tls,
                                  ErrorKind::auth,    ErrorKind::too_large, ErrorKind::protocol,
                                  ErrorKind::refused, ErrorKind::mapping,   ErrorKind::config,
                                  ErrorKind::internal};
constexpr Support kStates[] = {Support::supported, Support::unsupported, Support::denied,
                               Support::idle, Support::failing};
constexpr const char* kDropReasons[] = {"duplicate", "key", "label", "limit", "state"};

Number number(std::uint64_t value) { return Number(value); }

void add_counts(std::vector<Series>& all, const DeviceStatus& device) {
  Series failures{kFailures, {}};
  for (const ErrorKind kind : kReasons) {  // all of them, since rate() needs a 0 before the first 1
    const auto found = device.failures.find(kind);
    failures.points.push_back({{{"reason", std::string(name(kind))}},
                               number(found == device.failures.end() ? 0 : found->second)});
  }
  all.push_back(std::move(failures));
  Series dropped{kDropped, {}};
  for (const char* reason : kDropReasons) {
    const auto found = device.dropped.find(reason);
    dropped.points.push_back(
        {{{"reason", reason}}, number(found == device.dropped.end() ? 0 : found->second)});
  }
  all.push_back(std::move(dropped));
  all.push_back(one_point(kCut, number(device.cut)));
}

void add_queries(std::vector<Series>& all, const DeviceStatus& device) {
  Series up{kQueryUp, {}}, queries{kQueries, {}};
  std::array<std::uint64_t, std::size(kStates)> counts{};
  for (const DeviceStatus::Query& query : device.queries) {
    if (!query.asked) continue;
    if (!lacking(query.support))
      up.points.push_back({{{"query", query.name}}, number(query.up ? 1 : 0)});
    ++counts[static_cast<std::size_t>(query.support)];
  }
  for (const Support state : kStates)
    queries.points.push_back(
        {{{"state", std::string(name(state))}}, number(counts[static_cast<std::size_t>(state)])});
  all.push_back(std::move(up));
  all.push_back(std::move(queries));
}

}  // namespace

std::vector<Series> health_of(const DeviceStatus& device) {
  std::vector<Series> all;
  all.push_back(one_point(kUp, number(device.up ? 1 : 0), {{"kind", device.kind}}));
  all.push_back(one_point(kPolls, number(device.polls)));
  all.push_back(one_point(kSkipped, number(device.skipped)));
  all.push_back(one_point(kLag, Number(device.lag.count())));
  all.push_back(one_point(kTook, Number(device.took.count())));
  all.push_back(one_point(kLogins, number(device.logins)));
  all.push_back(one_point(kSeries, number(device.series)));
  all.push_back(one_point(kGone, number(device.gone.size())));
  add_counts(all, device);
  add_queries(all, device);
  return all;
}

}  // namespace boxmeter
