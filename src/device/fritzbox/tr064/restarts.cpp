#include "device/fritzbox/tr064/restarts.h"

#include "base/number.h"

namespace boxmeter::fritzbox {
namespace {

/// Seconds by which an uptime may fall without a restart: boxes compute it from a clock that is set
/// while they run.
constexpr std::uint64_t kClockError = 60;
constexpr std::uint64_t kConnectionClockError = 5;

/// Stores the new value; true if it is below the old one by more than `slack`.
bool fell(std::optional<std::uint64_t>& known, std::optional<std::uint64_t> now,
          std::uint64_t slack) {
  if (!now) return false;
  const bool is_less = known && *now + slack < *known;
  known = now;
  return is_less;
}

}  // namespace

void RestartDetector::see(std::string_view service, std::string_view action,
                          const SoapAnswer& answer, WallClock::time_point now) {
  if (answer.fault) return;
  if (service == "DeviceInfo1" && action == "GetInfo") see_device(answer, now);
  const bool is_connection =
      service.starts_with("WANPPPConn") || service.starts_with("WANIPConn");  // TR-064 and IGD
  if (is_connection && (action == "GetInfo" || action == "GetStatusInfo"))
    see_connection(connections_[std::string(service)], answer);
}

void RestartDetector::see_device(const SoapAnswer& answer, WallClock::time_point now) {
  bool restarted =
      fell(uptime_, parse_integer<std::uint64_t>(answer.text("NewUpTime")), kClockError);
  if (std::string firmware = answer.text("NewSoftwareVersion"); !firmware.empty()) {
    restarted = restarted || (!firmware_.empty() && firmware != firmware_);
    firmware_ = std::move(firmware);
  }
  if (std::string model = answer.text("NewModelName"); !model.empty()) model_ = std::move(model);
  if (uptime_) booted_ = now - std::chrono::seconds(*uptime_);
  if (restarted) ++epoch_.boot;
}

void RestartDetector::see_connection(Connection& connection, const SoapAnswer& answer) {
  bool came_up = fell(connection.uptime, parse_integer<std::uint64_t>(answer.text("NewUptime")),
                      kConnectionClockError);
  if (std::string status = answer.text("NewConnectionStatus"); !status.empty()) {
    // The uptime also falls when the line goes down, which is no new connection yet.
    came_up = (came_up || (!connection.status.empty() && status != connection.status)) &&
              status == "Connected";
    connection.status = std::move(status);
  }
  if (came_up) ++epoch_.wan;
}

}  // namespace boxmeter::fritzbox
