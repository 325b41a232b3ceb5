#include "device/fritzbox/calls/call_stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"
#include "http/url.h"

namespace boxmeter::fritzbox {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

constexpr auto kConnectTimeout = 500ms;
constexpr auto kLookUpTimeout = 500ms;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Error no_connection(const std::string& address, const std::string& why) {
  return {ErrorKind::refused, "no connection to the call monitor at " + address + ": " + why +
                                  " (it is switched on by dialling #96*5* on a phone of the box)"};
}

struct LookUp {
  int error = 0;
  addrinfo* found = nullptr;
};

LookUp look_up_now(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  LookUp result;
  result.error = getaddrinfo(host.c_str(), port.c_str(), &hints, &result.found);
  return result;
}

/// getaddrinfo() blocks for many seconds if the name server is silent, and cannot be cancelled: it
/// runs in a detached thread, and its result is dropped after `patience`.
LookUp look_up_within(const std::string& host, const std::string& port,
                      std::chrono::milliseconds patience) {
  struct Shared {
    std::promise<void> done;
    std::mutex mutex;
    bool abandoned = false;
    LookUp result;
  };
  const auto shared = std::make_shared<Shared>();
  std::thread([shared, host, port] {
    const LookUp result = look_up_now(host, port, 0);
    {
      const std::lock_guard lock(shared->mutex);
      if (!shared->abandoned)
        shared->result = result;
      else if (result.found != nullptr)
        freeaddrinfo(result.found);
    }
    shared->done.set_value();
  }).detach();
  const bool is_done = shared->done.get_future().wait_for(patience) == std::future_status::ready;
  const std::lock_guard lock(shared->mutex);
  if (is_done) return shared->result;
  shared->abandoned = true;
  if (shared->result.found != nullptr) freeaddrinfo(std::exchange(shared->result.found, nullptr));
  return {.error = EAI_AGAIN};
}

Addresses look_up(const std::string& address) {
  const auto url = http::parse_url(address);
  if (!url || !url->port) throw no_connection(address, "it is no host:port");
  const std::string host = url->plain_host(), port = std::to_string(*url->port);
  LookUp result = look_up_now(host, port, AI_NUMERICHOST);
  if (result.error == EAI_NONAME) result = look_up_within(host, port, kLookUpTimeout);
  if (result.error != 0) throw no_connection(address, gai_strerror(result.error));
  return {result.found, &freeaddrinfo};
}

/// A box that loses power does not close the connection; TCP keepalive detects it within a minute.
void keep_alive(int socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

/// Whether there is something to read, or room to write.
bool is_ready(int socket, short event, std::chrono::milliseconds patience) {
  pollfd wait{.fd = socket, .events = event, .revents = 0};
  return ::poll(&wait, 1, static_cast<int>(patience.count())) == 1;
}

/// 0, or why there is no connection.
int connected(int socket, const addrinfo& to, std::chrono::milliseconds patience) {
  if (::connect(socket, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!is_ready(socket, POLLOUT, patience)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

void CallStream::connect() {
  socket_.reset();
  const Addresses addresses = look_up(address_);
  const auto until = Time::now() + kConnectTimeout;
  int error = 0;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Time::now());
    if (left <= 0ms) break;
    socket_.reset(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = socket_.is_open() ? connected(socket_.get(), *each, left) : errno;
    if (error == 0) return keep_alive(socket_.get());
    socket_.reset();
  }
  throw no_connection(address_, std::generic_category().message(error));
}

std::optional<std::string> CallStream::receive(std::chrono::milliseconds patience) {
  if (!is_open()) return std::nullopt;
  if (patience > 0ms) is_ready(socket_.get(), POLLIN, patience);
  std::string bytes(4096, '\0');
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count > 0) {
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return "";
  socket_.reset();
  return std::nullopt;
}

}  // namespace boxmeter::fritzbox
