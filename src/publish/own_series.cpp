#include "publish/own_series.h"

#include <prometheus/gauge.h>

#include <algorithm>

#include "publish/own_metrics.h"

namespace boxmeter {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Type = prometheus::MetricType;

/// Whole milliseconds first: what stands in a double beyond them is noise.
double unix_seconds(WallClock::time_point when) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
  return static_cast<double>(whole.count()) / 1e3;
}

ClientMetric sample(std::vector<ClientMetric::Label> labels, Type type, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (type == Type::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

const prometheus::Histogram::BucketBoundaries kSeconds{0.0005, 0.0025, 0.01, 0.05, 0.25, 1.5};

}  // namespace

OwnSeries::OwnSeries(WallClock::time_point started)
    : requests_(prometheus::BuildCounter()
                    .Name("boxmeter_http_requests_total")
                    .Help("HTTP requests answered, by handler and status code.")
                    .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("boxmeter_http_request_duration_seconds")
                     .Help("How long the answers took to make; to send them is not in it.")
                     .Register(registry_)) {
  prometheus::BuildGauge()
      .Name("boxmeter_build_info")
      .Help("The version that runs.")
      .Register(registry_)
      .Add({{"version", BOXMETER_VERSION}})
      .Set(1);
  prometheus::BuildGauge()
      .Name("boxmeter_config_last_reload_successful")
      .Help("Whether the configuration could be read the last time that it was tried.")
      .Register(registry_)
      .Add({})
      .Set(1);
  prometheus::BuildGauge()
      .Name("boxmeter_config_last_reload_success_timestamp_seconds")
      .Help("When the configuration that is in use was read.")
      .Register(registry_)
      .Add({})
      .Set(unix_seconds(started));
}

void OwnSeries::count_request(const std::string& handler, int code,
                              std::chrono::duration<double> took) {
  requests_.Add({{"handler", handler}, {"code", std::to_string(code)}}).Increment();
  durations_.Add({{"handler", handler}}, kSeconds).Observe(took.count());
}

std::vector<MetricFamily> OwnSeries::collect(const std::vector<SinkStatus>& sinks) const {
  auto all = registry_.Collect();
  for (auto& family : push_families(sinks)) all.push_back(std::move(family));
  for (auto& family : process_families()) all.push_back(std::move(family));
  std::erase_if(all, [](const MetricFamily& family) { return family.metric.empty(); });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

std::vector<MetricFamily> push_families(const std::vector<SinkStatus>& sinks) {
  constexpr auto kGauge = Type::Gauge, kCounter = Type::Counter;
  MetricFamily objects{"boxmeter_push_queue_objects", "Objects that wait to be sent.", kGauge, {}};
  MetricFamily bytes{"boxmeter_push_queue_bytes", "Bytes that wait to be sent.", kGauge, {}};
  MetricFamily oldest{"boxmeter_push_oldest_timestamp_seconds",
                      "When the oldest object that waits was answered by its device.",
                      kGauge,
                      {}};
  MetricFamily sent{"boxmeter_push_sent_total", "Objects that were accepted.", kCounter, {}};
  MetricFamily failures{
      "boxmeter_push_failures_total", "Failed deliveries, by reason.", kCounter, {}};
  MetricFamily dropped{"boxmeter_push_dropped_total", "Objects given up, by reason.", kCounter, {}};
  for (const auto& sink : sinks) {
    const ClientMetric::Label name{"sink", sink.name};
    const auto add = [&](MetricFamily& family, double value) {
      family.metric.push_back(sample({name}, family.type, value));
    };
    const auto add_reasons = [&](MetricFamily& family,
                                 const std::map<std::string, std::uint64_t>& counts) {
      for (const auto& [reason, count] : counts)
        family.metric.push_back(
            sample({name, {"reason", reason}}, family.type, static_cast<double>(count)));
    };
    add(objects, static_cast<double>(sink.queued_objects));
    add(bytes, static_cast<double>(sink.queued_bytes));
    if (sink.oldest) add(oldest, unix_seconds(*sink.oldest));
    add(sent, static_cast<double>(sink.sent));
    add_reasons(failures, sink.failures);
    add_reasons(dropped, sink.dropped);
  }
  return {objects, bytes, oldest, sent, failures, dropped};
}

std::vector<OwnMetric> own_metrics() {
  OwnSeries series({});
  series.count_request("/", 200, {});
  const SinkStatus sink{
      .oldest = WallClock::time_point{}, .failures = {{"network", 1}}, .dropped = {{"full", 1}}};
  std::vector<OwnMetric> all;
  for (const MetricFamily& family : series.collect({sink})) {
    const char* const type = family.type == Type::Histogram ? "histogram"
                             : family.type == Type::Counter ? "counter"
                                                            : "gauge";
    OwnMetric metric{.name = family.name, .type = type, .help = family.help};
    for (const ClientMetric::Label& label : family.metric.front().label)
      metric.labels.push_back(label.name);
    all.push_back(std::move(metric));
  }
  return all;
}

}  // namespace boxmeter
