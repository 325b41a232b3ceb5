#include "publish/own_series.h"

#include <prometheus/metric_family.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "publish/process.h"
#include "publish/sample_text.h"

namespace boxmeter {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

MetricType type_of(const MetricFamily& family) {
  if (family.type == prometheus::MetricType::Counter) return MetricType::counter;
  return family.name.ends_with("_info") ? MetricType::info : MetricType::gauge;
}

/// The upper bound of a bucket in the notation of OpenMetrics, which writes whole numbers as floats
/// (0.0005, 1.0, 1e+06).  In both formats, so that a series does not depend on what was negotiated.
std::string bound(double value) {
  if (std::isinf(value)) return "+Inf";
  std::array<char, 32> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general)
          .ptr;
  std::string text(digits.data(), end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

void add_points(Series& series, const ClientMetric& metric, prometheus::MetricType type) {
  Labels labels;
  for (const ClientMetric::Label& label : metric.label)
    labels.emplace_back(label.name, label.value);
  if (type == prometheus::MetricType::Counter) {
    series.points.push_back({std::move(labels), Number(metric.counter.value)});
  } else if (type == prometheus::MetricType::Gauge) {
    series.points.push_back({std::move(labels), Number(metric.gauge.value)});
  } else {
    for (const ClientMetric::Bucket& bucket : metric.histogram.bucket) {
      Labels with_bound = labels;
      with_bound.emplace_back("le", bound(bucket.upper_bound));
      series.points.push_back({std::move(with_bound), Number(bucket.cumulative_count)});
    }
    series.points.push_back({std::move(labels), Number(metric.histogram.sample_sum)});
  }
}

Series series_of(MetricFamily family) {
  // The registry has no order.
  std::ranges::sort(family.metric, {}, &ClientMetric::label);
  Series series{std::make_shared<const Family>(
                    Family{.name = family.name, .type = type_of(family), .help = family.help}),
                {}};
  for (const ClientMetric& metric : family.metric) add_points(series, metric, family.type);
  return series;
}

Series no_points(const char* name, MetricType type, const char* help) {
  return {std::make_shared<const Family>(Family{.name = name, .type = type, .help = help}), {}};
}

const prometheus::Histogram::BucketBoundaries kSeconds{0.0005, 0.0025, 0.01, 0.05, 0.25, 1.5};

}  // namespace

OwnSeries::OwnSeries(WallClock::time_point started)
    : started_(started),
      requests_(prometheus::BuildCounter()
                    .Name("boxmeter_http_requests_total")
                    .Help("HTTP requests answered, by handler and status code.")
                    .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("boxmeter_http_request_duration_seconds")
                     .Help("How long the answers took to make; to send them is not in it.")
                     .Register(registry_)),
      refusals_(prometheus::BuildCounter()
                    .Name("boxmeter_http_refusals_total")
                    .Help("Connections and requests that were refused, by reason.")
                    .Register(registry_)),
      logins_(prometheus::BuildCounter()
                  .Name("boxmeter_http_logins_total")
                  .Help("Logins whose password had to be checked, by outcome.")
                  .Register(registry_)),
      reloads_(prometheus::BuildCounter()
                   .Name("boxmeter_config_reloads_total")
                   .Help("How often the configuration was to be read again.")
                   .Register(registry_)
                   .Add({})),
      failed_reloads_(prometheus::BuildCounter()
                          .Name("boxmeter_config_reloads_failed_total")
                          .Help("How often that failed, so that the one before stayed in use.")
                          .Register(registry_)
                          .Add({})),
      reload_successful_(
          prometheus::BuildGauge()
              .Name("boxmeter_config_last_reload_successful")
              .Help("Whether the configuration could be read the last time that it was tried.")
              .Register(registry_)
              .Add({})),
      reload_time_(prometheus::BuildGauge()
                       .Name("boxmeter_config_last_reload_success_timestamp_seconds")
                       .Help("When the configuration that is in use was read.")
                       .Register(registry_)
                       .Add({})) {
  prometheus::BuildGauge()
      .Name("boxmeter_build_info")
      .Help("The version that runs.")
      .Register(registry_)
      .Add({{"version", BOXMETER_VERSION}})
      .Set(1);
  reload_successful_.Set(1);
  reload_time_.Set(unix_seconds(started));
}

void OwnSeries::count_reload(bool successful, WallClock::time_point now) {
  const std::lock_guard lock(reload_);
  reloads_.Increment();
  if (!successful) failed_reloads_.Increment();
  reload_successful_.Set(successful ? 1 : 0);
  if (successful) reload_time_.Set(unix_seconds(now));
}

void OwnSeries::count_request(const std::string& handler, int code,
                              std::chrono::duration<double> took) {
  requests_.Add({{"handler", handler}, {"code", std::to_string(code)}}).Increment();
  durations_.Add({{"handler", handler}}, kSeconds).Observe(took.count());
}

void OwnSeries::count_refusal(const std::string& reason) {
  refusals_.Add({{"reason", reason}}).Increment();
}

void OwnSeries::count_login(const std::string& outcome) {
  logins_.Add({{"outcome", outcome}}).Increment();
}

std::vector<Series> OwnSeries::collect(const std::vector<SinkStatus>& sinks) const {
  std::vector<Series> all;
  {
    const std::lock_guard lock(reload_);
    for (MetricFamily& family : registry_.Collect()) all.push_back(series_of(std::move(family)));
  }
  std::ranges::move(push_series(sinks), std::back_inserter(all));
  std::ranges::move(process_series(started_), std::back_inserter(all));
  std::erase_if(all, [](const Series& series) { return series.points.empty(); });
  std::ranges::sort(all, {},
                    [](const Series& series) -> const std::string& { return series.family->name; });
  return all;
}

std::vector<Series> push_series(const std::vector<SinkStatus>& sinks) {
  constexpr auto kGauge = MetricType::gauge, kCounter = MetricType::counter;
  auto objects = no_points("boxmeter_push_queue_objects", kGauge, "Objects that wait to be sent.");
  auto bytes = no_points("boxmeter_push_queue_bytes", kGauge, "Bytes that wait to be sent.");
  auto oldest = no_points("boxmeter_push_oldest_timestamp_seconds", kGauge,
                          "When the oldest object that waits was answered by its device.");
  auto sent = no_points("boxmeter_push_sent_total", kCounter, "Objects that were accepted.");
  auto failures =
      no_points("boxmeter_push_failures_total", kCounter, "Failed deliveries, by reason.");
  auto dropped = no_points("boxmeter_push_dropped_total", kCounter, "Objects given up, by reason.");
  for (const SinkStatus& sink : sinks) {
    const auto add = [&](Series& series, Number value) {
      series.points.push_back({{{"sink", sink.name}}, value});
    };
    const auto add_reasons = [&](Series& series,
                                 const std::map<std::string, std::uint64_t>& counts) {
      for (const auto& [reason, count] : counts)
        series.points.push_back({{{"sink", sink.name}, {"reason", reason}}, Number(count)});
    };
    add(objects, Number(std::uint64_t{sink.queued_objects}));
    add(bytes, Number(std::uint64_t{sink.queued_bytes}));
    if (sink.oldest) add(oldest, Number(unix_seconds(*sink.oldest)));
    add(sent, Number(sink.sent));
    add_reasons(failures, sink.failures);
    add_reasons(dropped, sink.dropped);
  }
  return {objects, bytes, oldest, sent, failures, dropped};
}

}  // namespace boxmeter
