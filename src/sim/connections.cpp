#include "sim/connections.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/number.h"

namespace boxmeter::sim {
namespace {

int port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return -1;
}

}  // namespace

std::map<int, int> open_connections() {
  std::map<int, int> open;
  for (const auto& path : list_folder("/proc/self/fd")) {
    const int fd = parse_integer<int>(path.filename().native()).value_or(-1);
    sockaddr_storage here{}, there{};
    socklen_t size = sizeof here, other = sizeof there;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size) == 0 &&
        ::getpeername(fd, reinterpret_cast<sockaddr*>(&there), &other) == 0)
      ++open[port_of(here)];
  }
  return open;
}

}  // namespace boxmeter::sim
