#pragma once
#include <chrono>
#include <optional>
#include <string_view>

// The protocol of sd_notify(3): datagrams of lines such as "READY=1" to the service manager,
// without libsystemd.
namespace boxmeter {

/// Whether a service manager listens: $NOTIFY_SOCKET is set.
bool has_service_manager();

/// Sends the lines; does nothing without a service manager, and ignores errors.  Any thread.
void notify(std::string_view lines) noexcept;

/// The longest time that may pass between two "WATCHDOG=1" ($WATCHDOG_USEC, if $WATCHDOG_PID is
/// this process); nullopt: none are expected.  Any thread.
std::optional<std::chrono::microseconds> watchdog_period();

/// "RELOADING=1" with the time of the monotonic clock that Type=notify-reload wants to know.
void notify_reloading() noexcept;

}  // namespace boxmeter
