#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "device/fritzbox/finding.h"
#include "http/url.h"

namespace boxmeter::fritzbox {
namespace {

constexpr const char* kGroup = "239.255.255.250";
constexpr std::uint16_t kPort = 1900;
/// TR-064's root device (AVM, "First steps with TR-064"); repeaters have it, other makes do not.
constexpr std::string_view kSearch =
    "M-SEARCH * HTTP/1.1\r\n"
    "HOST: 239.255.255.250:1900\r\n"
    "MAN: \"ssdp:discover\"\r\n"
    "MX: 1\r\n"
    "ST: urn:dslforum-org:device:InternetGatewayDevice:1\r\n\r\n";
constexpr int kStepMs = 50;  // how soon a stop is noticed

class Socket {
 public:
  Socket() : number_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

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

void search(int socket) {
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_port = htons(kPort);
  ::inet_pton(AF_INET, kGroup, &group.sin_addr);
  for (const in_addr& interface : interfaces()) {
    if (::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface) != 0)
      continue;
    // A failure on one interface is ignored; the others are still tried.
    (void)!::sendto(socket, kSearch.data(), kSearch.size(), 0,
                    reinterpret_cast<const sockaddr*>(&group), sizeof group);
  }
}

/// The location that the next datagram tells; empty when there is none yet, or none in it.
std::string next_location(int socket) {
  char datagram[2048];
  sockaddr_in sender{};
  socklen_t size = sizeof sender;
  const ssize_t got =
      ::recvfrom(socket, datagram, sizeof datagram, 0, reinterpret_cast<sockaddr*>(&sender), &size);
  char address[INET_ADDRSTRLEN] = {};
  if (got <= 0 || ::inet_ntop(AF_INET, &sender.sin_addr, address, sizeof address) == nullptr)
    return "";
  return ssdp_location({datagram, static_cast<std::size_t>(got)}, address);
}

}  // namespace

std::string ssdp_location(std::string_view datagram, std::string_view sender) {
  const std::vector<std::string_view> lines = split(datagram, '\n');
  if (!trim(lines.front()).starts_with("HTTP/1.1 200")) return "";
  for (const std::string_view line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos ||
        !equal_ignoring_case(trim(line.substr(0, colon)), "location"))
      continue;
    const auto url = http::parse_url(trim(line.substr(colon + 1)));
    if (!url || url->scheme != "http" || url->host != sender) return "";
    return url->origin();
  }
  return "";
}

std::vector<std::string> ssdp_answers(std::chrono::milliseconds wait, const http::Stop& stop) {
  std::vector<std::string> found;
  const Socket socket;
  if (socket.number() < 0) return found;
  search(socket.number());
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until && !stop.stopped()) {
    pollfd one{.fd = socket.number(), .events = POLLIN, .revents = 0};
    if (::poll(&one, 1, kStepMs) <= 0) continue;
    std::string location = next_location(socket.number());
    if (!location.empty() && std::ranges::find(found, location) == found.end())
      found.push_back(std::move(location));
  }
  return found;
}

}  // namespace boxmeter::fritzbox
