#pragma once
#include <chrono>
#include <optional>
#include <string_view>

// The protocol of sd_notify(3): datagrams of lines such as "READY=1" to the service manager,
// without libsystemd.
namespace boxmeter {

/// Whether somebody listens: $NOTIFY_SOCKET, a path or an abstract name ("@...").
bool has_service_manager();

/// Sends the lines; nothing happens without a service manager.  One that does not take them is no
/// reason to end.  Any thread.
void notify(std::string_view lines) noexcept;

/// How often the service manager wants to hear "WATCHDOG=1" at least ($WATCHDOG_USEC, meant for
/// this process by $WATCHDOG_PID); nothing: it does not.
std::optional<std::chrono::microseconds> watchdog_period();

/// "RELOADING=1" with the time of the monotonic clock that Type=notify-reload wants to know.
void notify_reloading() noexcept;

}  // namespace boxmeter
