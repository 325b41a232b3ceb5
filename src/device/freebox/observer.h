#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "device/device.h"

namespace boxmeter::freebox {

/// Notices in the replies to ordinary requests that the box restarted, changed its firmware, or got
/// its internet connection back.  No I/O; one thread at a time; never throws Error.
class Observer {
 public:
  /// To be called with every reply: `path` as asked, `result` of the envelope, before secrets are
  /// removed.
  void see(std::string_view path, const Reply& result, WallClock::time_point now);
  Epoch epoch() const { return epoch_; }
  Incarnation incarnation() const {
    return {.firmware = firmware_, .booted = booted_, .model = model_};
  }

 private:
  void see_system(const Reply& result, WallClock::time_point now);
  void see_connection(const Reply& result);

  Epoch epoch_;
  std::optional<std::int64_t> uptime_;
  WallClock::time_point booted_ = {};
  std::string firmware_;  // empty: not seen yet
  std::string model_;
  std::string connection_;  // its state; empty: not seen yet
};

}  // namespace boxmeter::freebox
