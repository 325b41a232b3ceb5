#include "http/listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/number.h"
#include "http/url.h"

namespace boxmeter::http {
namespace {

// With a handful, the next of several clients that come at once waits for a second.
constexpr int kBacklog = 512;

[[noreturn]] void refuse(const std::string& address, const std::string& why) {
  throw Error(ErrorKind::config, "cannot listen on " + address + ": " + why);
}

struct Place {
  std::string host;  // without brackets; empty: every address of the machine
  std::string port;
};

Place host_and_port(const std::string& address) {
  if (address.starts_with(':')) {
    if (const auto port = parse_integer<std::uint16_t>(std::string_view(address).substr(1)))
      return {"", std::to_string(*port)};
  }
  if (const auto url = parse_url(address);
      url && url->port && url->scheme.empty() && url->rest.empty())
    return {url->plain_host(), std::to_string(*url->port)};
  if (std::ranges::count(address, ':') > 1 && !address.starts_with('['))
    refuse(address, "an IPv6 address stands in brackets, as in [::1]:9877");
  refuse(address, "not host:port, [IPv6]:port or :port");
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// No host: every address of the machine.
Addresses resolve(const std::string& address, const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
  if (failed != 0) refuse(address, ::gai_strerror(failed));
  return {found, &::freeaddrinfo};
}

/// IPv4 first, as 127.0.0.1 is what people mean by localhost; for ":port" IPv6, which takes both.
const addrinfo* choose(const addrinfo* found, bool every) {
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == (every ? AF_INET6 : AF_INET)) return one;
  }
  return found;
}

/// Returns the socket, or -1 with errno.  SO_REUSEADDR lets a restarted daemon bind at once;
/// SO_REUSEPORT would let two daemons share the scrapes unnoticed.
int bound(const addrinfo& one, bool every) {
  const int opened = ::socket(one.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (opened < 0) return -1;
  const int on = 1;
  const int only_v6 = every ? 0 : 1;
  ::setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (one.ai_family == AF_INET6)
    ::setsockopt(opened, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  if (::bind(opened, one.ai_addr, one.ai_addrlen) == 0 && ::listen(opened, kBacklog) == 0)
    return opened;
  const int error = errno;
  ::close(opened);
  errno = error;
  return -1;
}

int bound_port(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size);
  if (name.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
}

}  // namespace

Listener::Listener(const std::string& address) {
  const auto [host, port] = host_and_port(address);
  const auto found = resolve(address, host, port);
  const auto* chosen = choose(found.get(), host.empty());
  socket_ = bound(*chosen, host.empty());
  if (socket_ < 0 && host.empty() && errno == EAFNOSUPPORT)  // a kernel without IPv6
    socket_ = bound(*choose(found.get(), false), true);
  if (socket_ < 0) refuse(address, std::generic_category().message(errno));
  port_ = bound_port(socket_);
}

Listener::~Listener() {
  if (socket_ >= 0) ::close(socket_);
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), port_(other.port_) {}

}  // namespace boxmeter::http
