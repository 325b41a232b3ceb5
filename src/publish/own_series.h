#pragma once
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <chrono>
#include <string>
#include <vector>

#include "publish/push.h"

namespace boxmeter {

/// What we say of ourselves, beside what the store says of our work on the devices: build,
/// configuration, HTTP, push, process.  Any thread.
class OwnSeries {
 public:
  explicit OwnSeries(WallClock::time_point started);

  /// `handler` is one of a few paths, never what a client sent.
  void count_request(const std::string& handler, int code, std::chrono::duration<double> took);

  /// Sorted by name, never empty ones.
  std::vector<prometheus::MetricFamily> collect(const std::vector<SinkStatus>& sinks) const;

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
};

/// boxmeter_push_*: pure.
std::vector<prometheus::MetricFamily> push_families(const std::vector<SinkStatus>& sinks);

/// The seven that every Prometheus client library has and prometheus-cpp lacks.  Reads /proc.
std::vector<prometheus::MetricFamily> process_families();

}  // namespace boxmeter
