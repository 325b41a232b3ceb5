#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "publish/push.h"

namespace boxmeter {

/// boxmeter's own series that belong to no device: build, configuration, HTTP, push, process.
/// (Those of a device are in health.h.)  Counted with prometheus-cpp, in a registry of its own;
/// rendered by exposition.h.  Any thread.  Never throws Error.
class OwnSeries {
 public:
  explicit OwnSeries(WallClock::time_point started);

  /// `handler` is one of a few paths, never text of a client, which would make unbounded series.
  void count_request(const std::string& handler, int code, std::chrono::duration<double> took);

  /// `reason` and `outcome` are one of a few fixed words.
  void count_refusal(const std::string& reason);
  void count_login(const std::string& outcome);
  void count_reload(bool successful, WallClock::time_point now);

  /// All families that have points, sorted by name.
  std::vector<Series> collect(const std::vector<SinkStatus>& sinks) const;

 private:
  const WallClock::time_point started_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& refusals_;
  prometheus::Family<prometheus::Counter>& logins_;
  mutable std::mutex reload_;  // not Guarded: for all four, so that no page shows half a reload
  prometheus::Counter& reloads_;
  prometheus::Counter& failed_reloads_;
  prometheus::Gauge& reload_successful_;
  prometheus::Gauge& reload_time_;
};

/// boxmeter_push_*.  Pure, any thread.
std::vector<Series> push_series(const std::vector<SinkStatus>& sinks);

}  // namespace boxmeter
