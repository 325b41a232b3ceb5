#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "device/device.h"
#include "device/fritzbox/tr064/soap.h"

namespace boxmeter::fritzbox {

/// Notices in the answers to ordinary calls that a box restarted, changed its firmware, or came
/// online. The first answer of each kind is the start value, not a change.  No I/O; one thread at a
/// time.
class RestartDetector {
 public:
  /// To be called with every answer.
  void see(std::string_view service, std::string_view action, const SoapAnswer& answer,
           WallClock::time_point now);
  Epoch epoch() const { return epoch_; }
  Incarnation incarnation() const {
    return {.firmware = firmware_, .booted = booted_, .model = model_};
  }

 private:
  struct Connection {
    std::string status = {};
    std::optional<std::uint64_t> uptime = {};
  };

  void see_device(const SoapAnswer& answer, WallClock::time_point now);
  void see_connection(Connection& connection, const SoapAnswer& answer);

  Epoch epoch_;
  std::optional<std::uint64_t> uptime_;
  std::string firmware_, model_;
  WallClock::time_point booted_ = {};
  std::map<std::string, Connection> connections_;  // by service: each counts its own uptime
};

}  // namespace boxmeter::fritzbox
