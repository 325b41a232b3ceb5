#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace boxmeter {

/// Asks all machines of the local networks (for SSDP and mDNS): sends one IPv4 datagram to a
/// multicast group on each interface, from an ephemeral port, to which the answers come as unicast.
/// Blocks its thread; any number of threads may ask.  Never throws Error: an interface that cannot
/// send is treated like one where nobody answers.
struct Multicast {
  const char* group = "";  // "239.255.255.250"
  std::uint16_t port = 0;

  /// Called for each datagram that is received; `sender` is its IPv4 address.
  using Take = std::function<void(std::string_view datagram, std::string_view sender)>;
  /// Sends `questions`, also those that `take` appends meanwhile, and receives answers until `wait`
  /// is over or `stop` is set.
  void ask(std::vector<std::string>& questions, std::chrono::milliseconds wait,
           const http::Stop& stop, const Take& take) const;
};

}  // namespace boxmeter
