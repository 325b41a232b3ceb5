#include "http/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/number.h"
#include "http/url.h"

namespace boxmeter::http {
namespace {

// With a short backlog, some of many clients that connect at once wait a second for their SYN to be
// sent again.
constexpr int kBacklog = 512;
constexpr int kFirstHandedOver = 3;  // SD_LISTEN_FDS_START
constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kHandedOver = "fd:";

[[noreturn]] void refuse(const std::string& address, const std::string& why) {
  throw Error(ErrorKind::config, "cannot listen on " + address + ": " + why);
}

[[noreturn]] void refuse_errno(const std::string& address) {
  refuse(address, std::generic_category().message(errno));
}

[[noreturn]] void misread(const std::string& address, const std::string& why) {
  throw Error(ErrorKind::config, "listen address '" + address + "' " + why);
}

std::string unix_path(const std::string& address) {
  std::string path = address.substr(kUnix.size());
  if (!path.starts_with('/'))
    misread(address, "needs a path that begins with '/', as in unix:/run/boxmeter.sock");
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    misread(address, "is too long: the path of a socket has at most " +
                         std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
  return path;
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

Descriptor new_socket(int family) {
  return Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Returns the socket, or none with errno.
Descriptor listening(Descriptor opened, const sockaddr* name, socklen_t size) {
  if (::bind(opened.get(), name, size) != 0 || ::listen(opened.get(), kBacklog) != 0)
    opened.reset();
  return opened;
}

/// Returns the socket, or none with errno.  SO_REUSEADDR lets a restarted daemon bind at once;
/// SO_REUSEPORT would let two daemons share the scrapes unnoticed.
Descriptor bound(const addrinfo& one, bool every) {
  Descriptor opened = new_socket(one.ai_family);
  if (!opened.is_open()) return opened;
  const int on = 1;
  const int only_v6 = every ? 0 : 1;
  ::setsockopt(opened.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (one.ai_family == AF_INET6)
    ::setsockopt(opened.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  return listening(std::move(opened), one.ai_addr, one.ai_addrlen);
}

/// "[::]" stands for every address as "" does: so do Go's programs, and Linux by default.
Descriptor bound(const std::string& address, const ListenAddress& wanted) {
  const bool every = wanted.host.empty() || wanted.host == "::";
  const auto found = resolve(address, wanted.host, wanted.port);
  Descriptor opened = bound(*choose(found.get(), every), every);
  if (opened.is_open() || !wanted.host.empty() || errno != EAFNOSUPPORT) return opened;
  return bound(*choose(found.get(), false), true);  // a kernel without IPv6
}

sockaddr_un named(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(name.sun_path), sizeof name.sun_path - 1);
  return name;
}

/// Whether the path is a socket on which nobody listens any more.  False for a file of another
/// type.
bool is_left_behind(const std::string& path, const sockaddr_un& name) {
  struct stat is {};
  if (::lstat(path.c_str(), &is) != 0 || !S_ISSOCK(is.st_mode)) return false;
  const Descriptor probe = new_socket(AF_UNIX);
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 &&
         errno == ECONNREFUSED;
}

/// Returns the socket, or none with errno.
Descriptor bound_unix(const std::string& path, unsigned mode) {
  const auto name = named(path);
  if (is_left_behind(path, name)) ::unlink(path.c_str());
  Descriptor opened = new_socket(AF_UNIX);
  if (!opened.is_open()) return opened;
  // fchmod() before bind() sets the mode of the file that bind() makes, less the umask: there is no
  // moment at which others may connect.
  ::fchmod(opened.get(), mode);
  Descriptor socket =
      listening(std::move(opened), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  if (socket.is_open()) ::chmod(path.c_str(), mode);
  return socket;
}

template <typename Name>
std::string host_text(int family, const Name& name) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, &name, text.data(), text.size());
  return text.data();
}

/// The address that it is bound to; host "": every address.
ListenAddress bound_to(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size);
  if (name.ss_family == AF_UNIX)
    return {.path = static_cast<const char*>(reinterpret_cast<sockaddr_un*>(&name)->sun_path)};
  if (name.ss_family == AF_INET6) {
    const auto& six = *reinterpret_cast<const sockaddr_in6*>(&name);
    const auto host = host_text(AF_INET6, six.sin6_addr);
    return {.host = host == "::" ? "" : host, .port = std::to_string(ntohs(six.sin6_port))};
  }
  const auto& four = *reinterpret_cast<const sockaddr_in*>(&name);
  const auto host = host_text(AF_INET, four.sin_addr);
  return {.host = host == "0.0.0.0" ? "" : host, .port = std::to_string(ntohs(four.sin_port))};
}

int option(int socket, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

/// The value of the variable, which is removed.
std::string taken_from_environment(const char* variable) {
  // NOLINTBEGIN(concurrency-mt-unsafe): no threads yet
  const char* value = std::getenv(variable);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(variable);
  // NOLINTEND(concurrency-mt-unsafe)
  return text;
}

}  // namespace

ListenAddress parse_listen_address(const std::string& address) {
  if (address.starts_with(kUnix)) return {.path = unix_path(address)};
  if (address.starts_with(kHandedOver)) {
    if (const auto number = parse_integer<int>(std::string_view(address).substr(3)))
      return {.handed_over = *number};
  }
  if (address.starts_with(':')) {
    if (const auto port = parse_integer<std::uint16_t>(std::string_view(address).substr(1)))
      return {.port = std::to_string(*port)};
  }
  if (const auto url = parse_url(address);
      url && url->port && url->scheme.empty() && url->rest.empty() && !url->has_credentials)
    return {.host = url->plain_host(), .port = std::to_string(*url->port)};
  if (parse_integer<std::uint16_t>(address))
    misread(address, "has no host (write 127.0.0.1:" + address + ", or :" + address +
                         " for every address of the machine)");
  if (std::ranges::count(address, ':') > 1 && !address.starts_with('['))
    misread(address, "is no IPv6 address in brackets, as in [::1]:9877");
  misread(address, "must look like 127.0.0.1:9877, [::1]:9877, :9877 or unix:/run/boxmeter.sock");
}

std::vector<std::string> handed_over_addresses() {
  const auto process = taken_from_environment("LISTEN_PID");
  const auto count = parse_integer<int>(taken_from_environment("LISTEN_FDS")).value_or(0);
  taken_from_environment("LISTEN_FDNAMES");
  if (parse_integer<pid_t>(process) != ::getpid()) return {};
  std::vector<std::string> addresses;
  for (int socket = kFirstHandedOver; socket < kFirstHandedOver + count; ++socket) {
    if (option(socket, SO_ACCEPTCONN) != 1 || option(socket, SO_TYPE) != SOCK_STREAM)
      throw Error(ErrorKind::config, "file descriptor " + std::to_string(socket) +
                                         ", handed over by LISTEN_FDS, is no stream socket that "
                                         "listens (in a .socket unit: ListenStream=, Accept=no)");
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    addresses.push_back(std::string(kHandedOver) + std::to_string(socket));
  }
  return addresses;
}

Listener::Listener(const std::string& address, unsigned mode) {
  const auto wanted = parse_listen_address(address);
  if (wanted.handed_over >= 0)
    socket_.reset(::fcntl(wanted.handed_over, F_DUPFD_CLOEXEC, kFirstHandedOver));
  else
    socket_ = wanted.path.empty() ? bound(address, wanted) : bound_unix(wanted.path, mode);
  if (!socket_.is_open()) refuse_errno(address);
  if (wanted.handed_over >= 0) ::fcntl(socket_.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  struct stat is {};
  if (!wanted.path.empty() && ::lstat(wanted.path.c_str(), &is) == 0)
    file_ = {.path = wanted.path, .device = is.st_dev, .number = is.st_ino};
  const auto place = bound_to(socket_.get());
  port_ = parse_integer<int>(place.port).value_or(0);
  if (!place.path.empty()) {
    shown_ = std::string(kUnix) + place.path;
    return;
  }
  const auto& host = wanted.handed_over >= 0 ? place.host : wanted.host;
  const bool six = host.find(':') != std::string::npos;
  shown_ = (host.empty() ? "localhost" : six ? "[" + host + "]" : host) + ":" + place.port;
}

Listener::~Listener() {
  socket_.reset();
  struct stat is {};
  if (!file_.path.empty() && ::lstat(file_.path.c_str(), &is) == 0 && is.st_dev == file_.device &&
      is.st_ino == file_.number)
    ::unlink(file_.path.c_str());
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::move(other.socket_)),
      port_(other.port_),
      shown_(std::move(other.shown_)),
      file_(std::exchange(other.file_, {})) {}

}  // namespace boxmeter::http
