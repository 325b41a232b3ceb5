#pragma once
#include <atomic>
#include <chrono>

namespace boxmeter {

/// The heartbeat of one thread, for a watchdog in another: beat() is called where work that is
/// bounded in time begins and ends.  Made and destroyed by the thread that it belongs to; one per
/// thread.
class Heartbeat {
 public:
  Heartbeat();
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// The calling thread makes progress.  Does nothing in a thread without a heartbeat.
  static void beat() noexcept;

  /// The time of the last beat.  Any thread.
  std::chrono::steady_clock::time_point last() const noexcept { return last_; }

 private:
  std::atomic<std::chrono::steady_clock::time_point> last_;
};

}  // namespace boxmeter
