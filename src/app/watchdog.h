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

/// What shows that the daemon works, beside that its process exists.
struct VitalSigns {
  std::function<bool()> web_answers;  // Server::still_answers
  std::function<std::string(Clock::time_point now, Clock::duration patience)>
      poller_stuck;                     // Poller::stuck
  std::function<std::string()> status;  // one line for people
};

/// Tells the service manager (base/notify.h) the status whenever it changes and, as often as it
/// wants to hear of us, that all is well: only while the web server answers and polling goes on. Of
/// a sign that is missing it is silent but for a line in the log, and is ended with us and started
/// again. Without a service manager it does nothing.
class Watchdog {
 public:
  /// Looks at `signs` by a thread of its own, from construction to destruction.
  explicit Watchdog(VitalSigns signs);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch(Clock::duration period, bool is_asked_for);
  std::string missing_sign(Clock::duration period);

  const VitalSigns signs_;
  std::string told_ = {};  // the status
  std::string why_ = {};   // the sign that was missing when it was last looked at
  std::mutex mutex_;       // not Guarded: the condition needs it
  std::condition_variable_any ended_;
  std::jthread thread_;  // last: it uses all of the above
};

/// "2 devices, 1 up"
std::string status_line(const std::vector<DeviceStatus>& devices);

}  // namespace boxmeter
