#include "publish/own_metrics.h"

#include <algorithm>

#include "publish/exposition.h"
#include "publish/health.h"
#include "publish/own_series.h"

namespace boxmeter {
namespace {

OwnMetric own_metric(const Series& series) {
  const bool is_counter = series.family->type == MetricType::counter;
  OwnMetric metric{.name = series.family->name,
                   .type = is_histogram(series) ? "histogram"
                           : is_counter         ? "counter"
                                                : "gauge",
                   .help = series.family->help};
  for (const Point& point : series.points)
    for (const auto& [label, value] : point.labels)
      if (label != "le" && std::ranges::find(metric.labels, label) == metric.labels.end())
        metric.labels.push_back(label);
  return metric;
}

}  // namespace

std::vector<OwnMetric> own_metrics() {
  OwnSeries series({});
  series.count_request("/", 200, {});
  series.count_refusal("silent");
  series.count_login("wrong");
  const SinkStatus sink{
      .oldest = WallClock::time_point{}, .failures = {{"network", 1}}, .dropped = {{"full", 1}}};
  const DeviceStatus device{
      .queries = {{.asked = true, .up = true, .last_success = WallClock::time_point{}}}};
  std::vector<OwnMetric> all;
  for (const Series& one : series.collect({sink})) all.push_back(own_metric(one));
  for (const Series& one : health_of(device)) all.push_back(own_metric(one));
  std::ranges::sort(all, {}, &OwnMetric::name);
  return all;
}

}  // namespace boxmeter
