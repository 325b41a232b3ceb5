#include "base/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "base/descriptor.h"
#include "base/environment.h"
#include "base/number.h"

namespace boxmeter {
namespace {

/// False when the name is none that sd_notify(3) describes, or too long for a socket.
bool fill(sockaddr_un& address, socklen_t& size, const std::string& name) {
  if (name.size() < 2 || (name[0] != '/' && name[0] != '@')) return false;
  if (name.size() >= sizeof address.sun_path) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return true;
}

void send_to(const std::string& name, std::string_view lines) {
  sockaddr_un address{};
  socklen_t size = 0;
  if (!fill(address, size, name)) return;
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return;
  (void)!::sendto(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace

bool has_service_manager() { return environment("NOTIFY_SOCKET").has_value(); }

void notify(std::string_view lines) noexcept {
  try {
    if (const auto name = environment("NOTIFY_SOCKET")) send_to(*name, lines);
  } catch (const std::exception&) {  // out of memory: the next notification may get through
  }
}

std::optional<std::chrono::microseconds> watchdog_period() {
  const auto process = environment("WATCHDOG_PID");
  if (process && *process != std::to_string(::getpid())) return std::nullopt;
  const auto text = environment("WATCHDOG_USEC");
  const auto period = text ? parse_unsigned(*text) : std::nullopt;
  if (!period || *period == 0) return std::nullopt;
  return std::chrono::microseconds(*period);
}

void notify_reloading() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  notify("RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

}  // namespace boxmeter
