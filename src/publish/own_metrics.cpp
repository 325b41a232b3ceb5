#include "publish/own_metrics.h"

#include "publish/exposition.h"
#include "publish/own_series.h"

namespace boxmeter {

std::vector<OwnMetric> own_metrics() {
  OwnSeries series({});
  series.count_request("/", 200, {});
  series.count_refusal("silent");
  series.count_login("wrong");
  const SinkStatus sink{
      .oldest = WallClock::time_point{}, .failures = {{"network", 1}}, .dropped = {{"full", 1}}};
  std::vector<OwnMetric> all;
  for (const Series& one : series.collect({sink})) {
    const bool is_counter = one.family->type == MetricType::counter;
    OwnMetric metric{.name = one.family->name,
                     .type = is_histogram(one) ? "histogram"
                             : is_counter      ? "counter"
                                               : "gauge",
                     .help = one.family->help};
    for (const auto& [label, value] : one.points.front().labels)
      if (label != "le") metric.labels.push_back(label);
    all.push_back(std::move(metric));
  }
  return all;
}

}  // namespace boxmeter
