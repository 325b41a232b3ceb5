#pragma once
#include <atomic>
#include <chrono>

namespace boxmeter {

/// Shows to other threads that one thread moves: it beats wherever work that is bounded in time
/// begins or ends.  Made and destroyed by the thread that it is of, which has no other meanwhile.
class Pulse {
 public:
  Pulse();
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// The calling thread moves.  Nothing happens in one without a pulse.
  static void beat() noexcept;

  /// When it moved last.  Any thread.
  std::chrono::steady_clock::time_point last() const noexcept { return last_; }

 private:
  std::atomic<std::chrono::steady_clock::time_point> last_;
};

}  // namespace boxmeter
