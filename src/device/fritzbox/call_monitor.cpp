#include "device/fritzbox/call_monitor.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/error.h"

namespace boxmeter::fritzbox {
namespace {

constexpr int kConnectMs = 500;
/// A flood is no telephone: what is left is read by the next poll.
constexpr std::size_t kMostBytes = 1U << 20;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Error no_connection(const std::string& address, const std::string& why) {
  return {ErrorKind::refused, "no connection to the call monitor at " + address + ": " + why +
                                  " (it is switched on by dialling #96*5* on a phone of the box)"};
}

Addresses look_up(const std::string& address) {
  const auto colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
    throw no_connection(address, gai_strerror(error));
  return {found, &freeaddrinfo};
}

/// A box that vanishes says no goodbye: the system notices within a minute.
void keep_alive(int socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

/// 0, or why there is no connection.
int connected(int socket, const addrinfo& to) {
  if (::connect(socket, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wait{.fd = socket, .events = POLLOUT, .revents = 0};
  if (::poll(&wait, 1, kConnectMs) != 1) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

CallMonitor::~CallMonitor() { close(); }

Reply CallMonitor::poll() {
  if (address_.empty())
    throw Error(ErrorKind::refused,
                "nobody listens to the call monitor: set 'call_monitor: true' of this device",
                Refusal::unsupported);
  if (socket_ < 0) connect();
  // The box may have restarted since: a connection that has ended is made anew at once.
  if (!drain()) {
    connect();
    drain();
  }
  return tally_.reply();
}

void CallMonitor::connect() {
  close();
  const Addresses addresses = look_up(address_);
  const addrinfo& first = *addresses;  // the others would take their time too
  socket_ = ::socket(first.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int error = socket_ < 0 ? errno : connected(socket_, first);
  if (error == 0) return keep_alive(socket_);
  close();
  throw no_connection(address_, std::generic_category().message(error));
}

bool CallMonitor::drain() {
  std::array<char, 4096> bytes{};
  for (std::size_t taken = 0; taken < kMostBytes;) {
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (count == 0) return false;
    taken += static_cast<std::size_t>(count);
    tally_.take({bytes.data(), static_cast<std::size_t>(count)});
  }
  return true;
}

void CallMonitor::close() {
  if (socket_ < 0) return;
  ::close(socket_);
  socket_ = -1;
  tally_.forget_calls_under_way();
}

}  // namespace boxmeter::fritzbox
