#include "publish/health.h"

#include "publish/sample_text.h"

namespace boxmeter {
namespace {

FamilyPtr family(const char* name, MetricType type, const char* help) {
  return std::make_shared<const Family>(Family{.name = name, .type = type, .help = help});
}

// One family object per metric and process: the store numbers them by name.
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
const FamilyPtr kQueryUp = family("boxmeter_query_up", MetricType::gauge,
                                  "Whether the query was answered when it was last asked; absent "
                                  "for one that this box does not support.");
const FamilyPtr kQueryDuration =
    family("boxmeter_query_duration_seconds", MetricType::gauge, "How long the last answer took.");
const FamilyPtr kQuerySuccess = family("boxmeter_query_last_success_timestamp_seconds",
                                       MetricType::gauge, "When the query was last answered.");
const FamilyPtr kQueryState =
    family("boxmeter_query_info", MetricType::info,
           "What the query can do on this box: supported, unsupported, denied, idle or failing.");

constexpr ErrorKind kReasons[] = {ErrorKind::timeout, ErrorKind::network,   ErrorKind::tls,
                                  ErrorKind::auth,    ErrorKind::too_large, ErrorKind::protocol,
                                  ErrorKind::refused, ErrorKind::mapping,   ErrorKind::config,
                                  ErrorKind::internal};
constexpr const char* kDropReasons[] = {"duplicate", "key", "label", "limit", "state"};

Number number(std::uint64_t value) { return Number(value); }

Series one(const FamilyPtr& metric, Number value, Labels labels = {}) {
  return Series{metric, {Point{std::move(labels), value}}};
}

void add_counts(std::vector<Series>& all, const DeviceStatus& device) {
  Series failures{kFailures, {}};
  for (const ErrorKind kind : kReasons) {  // always all of them: a rate needs the 0 before the 1
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
  all.push_back(one(kCut, number(device.cut)));
}

void add_queries(std::vector<Series>& all, const DeviceStatus& device) {
  Series up{kQueryUp, {}}, duration{kQueryDuration, {}}, success{kQuerySuccess, {}},
      state{kQueryState, {}};
  for (const DeviceStatus::Query& query : device.queries) {
    if (!query.asked) continue;
    const Labels labels{{"query", query.name}};
    if (!lacking(query.support)) up.points.push_back({labels, number(query.up ? 1 : 0)});
    duration.points.push_back({labels, Number(query.took.count())});
    if (query.last_success)
      success.points.push_back({labels, Number(unix_seconds(*query.last_success))});
    state.points.push_back(
        {{{"query", query.name}, {"state", std::string(name(query.support))}}, number(1)});
  }
  for (Series* series : {&up, &duration, &success, &state}) all.push_back(std::move(*series));
}

}  // namespace

std::vector<Series> health_of(const DeviceStatus& device) {
  std::vector<Series> all;
  all.push_back(one(kUp, number(device.up ? 1 : 0), {{"kind", device.kind}}));
  all.push_back(one(kPolls, number(device.polls)));
  all.push_back(one(kSkipped, number(device.skipped)));
  all.push_back(one(kLag, Number(device.lag.count())));
  all.push_back(one(kLogins, number(device.logins)));
  all.push_back(one(kSeries, number(device.series)));
  add_counts(all, device);
  add_queries(all, device);
  return all;
}

}  // namespace boxmeter
