#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace boxmeter {

/// Asks all machines of the networks that this one is in: over IPv4, one datagram on each
/// interface, from a port of its own, so that each answers to it alone.  Blocks.  Throws nothing of
/// ours: an interface that cannot send is as good as one where nobody answers.
struct Multicast {
  const char* group = "";  // "239.255.255.250"
  std::uint16_t port = 0;

  /// Called for each datagram that comes; `sender` is its IPv4 address.
  using Take = std::function<void(std::string_view datagram, std::string_view sender)>;
  /// Sends `questions`, and whatever `take` adds to them, and takes answers until `wait` is over or
  /// `stop`.
  void ask(std::vector<std::string>& questions, std::chrono::milliseconds wait,
           const http::Stop& stop, const Take& take) const;
};

}  // namespace boxmeter
