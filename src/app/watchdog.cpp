#include "app/watchdog.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/notify.h"
#include "base/text.h"

namespace boxmeter {
namespace {

using namespace std::chrono_literals;

/// How often the status is checked.
constexpr Clock::duration kStatusPeriod = 10s;

}  // namespace

Watchdog::Watchdog(HealthChecks checks) : checks_(std::move(checks)) {
  if (!has_service_manager()) return;
  const auto wanted = watchdog_period();
  const Clock::duration period = wanted ? Clock::duration(*wanted) : 2 * kStatusPeriod;
  thread_ =
      std::jthread([this, period, is_asked_for = wanted.has_value()](const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        do {
          watch(period, is_asked_for);
        } while (!ended_.wait_for(lock, stop, std::min(period / 2, kStatusPeriod),
                                  [&] { return stop.stop_requested(); }));
      });
}

Watchdog::~Watchdog() = default;

void Watchdog::watch(Clock::duration period, bool is_asked_for) {
  const std::string now = failing_check(period);
  if (now != last_failing_ && !now.empty())
    log_event(LogLevel::error, now + "; the service manager is not told that all is well");
  if (now != last_failing_ && now.empty()) log_event(LogLevel::info, "all is well again");
  last_failing_ = now;
  if (std::string status = checks_.status(); status != std::exchange(sent_status_, status))
    notify("STATUS=" + status);
  if (is_asked_for && now.empty()) notify("WATCHDOG=1");
}

std::string Watchdog::failing_check(Clock::duration period) {
  if (!checks_.web_answers()) return "the web server does not answer";
  return checks_.poller_stuck(Clock::now(), period);
}

std::string status_line(const std::vector<DeviceStatus>& devices) {
  const auto polled =
      static_cast<std::size_t>(std::ranges::count_if(devices, &DeviceStatus::polled));
  const auto up = std::ranges::count_if(
      devices, [](const DeviceStatus& device) { return device.polled && device.up; });
  return counted(polled, "device", "devices") + ", " + std::to_string(up) + " up";
}

}  // namespace boxmeter
