#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "device/device.h"
#include "device/fritzbox/tr064/soap.h"

namespace boxmeter::fritzbox {

/// Sees in the answers when a box restarted, changed its firmware, or came online.  One thread at a
/// time.  The first sight of anything is no change.
class RestartDetector {
 public:
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
