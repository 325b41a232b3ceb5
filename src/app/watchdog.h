#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "metric/turn.h"
#include "publish/store.h"

namespace boxmeter {

/// How the watchdog finds out whether the daemon works.  Called in its thread.
struct HealthChecks {
  std::function<bool()> web_answers;  // see http::Server::still_answers()
  std::function<std::string(Clock::time_point now, Clock::duration patience)>
      poller_stuck;                     // see Poller::stuck()
  std::function<std::string()> status;  // one line for people
};

/// Sends to systemd (base/notify.h) the status whenever it changes, and WATCHDOG=1 as often as the
/// unit demands it, but only while the web server answers and polling goes on.  If a check fails,
/// that is logged and WATCHDOG=1 is not sent, so that systemd restarts boxmeter.  Without systemd
/// it does nothing.
class Watchdog {
 public:
  /// Makes the checks in a thread of its own, from construction to destruction.
  explicit Watchdog(HealthChecks checks);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch(Clock::duration period, bool is_asked_for);
  std::string failing_check(Clock::duration period);

  const HealthChecks checks_;
  std::string sent_status_ = {};
  std::string last_failing_ = {};  // the result of the last failing_check()
  std::mutex mutex_;               // not Guarded: the condition variable needs it
  std::condition_variable_any ended_;
  std::jthread thread_;  // last: it uses all of the above
};

/// The status for systemd: "2 devices, 1 up".  Pure.
std::string status_line(const std::vector<DeviceStatus>& devices);

}  // namespace boxmeter
