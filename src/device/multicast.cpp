#include "device/multicast.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "base/descriptor.h"

namespace boxmeter {
namespace {

constexpr int kStepMs = 50;             // how soon a stop is noticed
constexpr std::size_t kLongest = 9000;  // of a datagram (RFC 6762 section 17)

/// The IPv4 addresses of the interfaces that can send to a group.
std::vector<in_addr> interfaces() {
  std::vector<in_addr> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    constexpr unsigned kWanted = IFF_UP | IFF_MULTICAST;
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    if ((each->ifa_flags & kWanted) != kWanted) continue;
    addresses.push_back(reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr);
  }
  return addresses;
}

void send_to_all(int socket, const sockaddr_in& group, std::string_view question) {
  for (const in_addr& interface : interfaces()) {
    if (::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface) != 0)
      continue;
    // A failure on one interface is ignored; the others are still tried.
    (void)!::sendto(socket, question.data(), question.size(), 0,
                    reinterpret_cast<const sockaddr*>(&group), sizeof group);
  }
}

void take_next(int socket, const Multicast::Take& take) {
  std::array<char, kLongest> datagram;
  sockaddr_in sender{};
  socklen_t size = sizeof sender;
  const ssize_t got = ::recvfrom(socket, datagram.data(), datagram.size(), 0,
                                 reinterpret_cast<sockaddr*>(&sender), &size);
  char address[INET_ADDRSTRLEN] = {};
  if (got <= 0 || ::inet_ntop(AF_INET, &sender.sin_addr, address, sizeof address) == nullptr)
    return;
  take({datagram.data(), static_cast<std::size_t>(got)}, address);
}

}  // namespace

void Multicast::ask(std::vector<std::string>& questions, std::chrono::milliseconds wait,
                    const http::Stop& stop, const Take& take) const {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, group, &to.sin_addr);
  const auto until = std::chrono::steady_clock::now() + wait;
  std::size_t sent = 0;
  while (std::chrono::steady_clock::now() < until && !stop.stopped()) {
    for (; sent < questions.size(); ++sent) send_to_all(socket.get(), to, questions[sent]);
    pollfd one{.fd = socket.get(), .events = POLLIN, .revents = 0};
    if (::poll(&one, 1, kStepMs) > 0) take_next(socket.get(), take);
  }
}

}  // namespace boxmeter
