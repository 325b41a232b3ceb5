#include "sim/call_monitor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "base/error.h"

namespace boxmeter::sim {
namespace {

std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%d.%m.%y %H:%M:%S", &local);
  return {text.data(), size};
}

}  // namespace

CallMonitor::CallMonitor(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const int on = 1;
  setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener_.get(), place, size) != 0 || ::listen(listener_.get(), 16) != 0) {
    const int error = errno;
    throw Error(ErrorKind::config, "cannot listen on " + host + ":" + std::to_string(port) + ": " +
                                       std::generic_category().message(error));
  }
  getsockname(listener_.get(), place, &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { accept(); });
}

CallMonitor::~CallMonitor() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
  hang_up();
}

void CallMonitor::accept() {
  for (;;) {
    const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    connections_.with([&](std::vector<int>& all) { all.push_back(socket); });
  }
}

void CallMonitor::tell(const std::string& event) {
  const std::string line = time_now() + ";" + event + "\r\n";
  connections_.with([&](std::vector<int>& all) {
    for (const int socket : all)
      (void)::send(socket, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  });
}

void CallMonitor::hang_up() {
  connections_.with([](std::vector<int>& all) {
    for (const int socket : all) ::close(socket);
    all.clear();
  });
}

std::size_t CallMonitor::connections() const {
  return connections_.with([](const std::vector<int>& all) { return all.size(); });
}

}  // namespace boxmeter::sim
