#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <string>
#include <vector>

#include "publish/push.h"

namespace boxmeter {

/// What we say of ourselves, beside what the store says of our work on the devices: build,
/// configuration, HTTP, push, process.  prometheus-cpp counts, in a registry of ours; our own
/// renderer writes.  Any thread.  Throws nothing of ours.
class OwnSeries {
 public:
  explicit OwnSeries(WallClock::time_point started);

  /// `handler` is one of a few paths, never what a client sent.
  void count_request(const std::string& handler, int code, std::chrono::duration<double> took);

  /// `reason` and `outcome` are one of a few words.
  void count_refusal(const std::string& reason);
  void count_login(const std::string& outcome);
  void count_reload(bool successful, WallClock::time_point now);

  /// One per family, sorted by name, never empty ones.
  std::vector<Series> collect(const std::vector<SinkStatus>& sinks) const;

 private:
  const WallClock::time_point started_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& refusals_;
  prometheus::Family<prometheus::Counter>& logins_;
  prometheus::Counter& reloads_;
  prometheus::Counter& failed_reloads_;
  prometheus::Gauge& reload_successful_;
  prometheus::Gauge& reload_time_;
};

/// boxmeter_push_*: pure.
std::vector<Series> push_series(const std::vector<SinkStatus>& sinks);

}  // namespace boxmeter
