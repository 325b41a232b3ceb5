#pragma once
#include <string>
#include <string_view>

// Several boxmeters that share one configuration: who takes which device.  Pure.
namespace boxmeter {

/// One share of the devices.
struct Shard {
  unsigned index = 0;
  unsigned of = 1;
  std::string address = {};  // "boxmeter-{index}:9877"; empty: not configured

  bool takes(std::string_view device) const;
  /// host:port of the boxmeter that takes that share; "" without `address`.
  std::string address_of(unsigned share) const;
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// The share that takes the device: of all shares the one whose hash with the name is the highest
/// (rendezvous hashing), so that of n shares becoming n + 1 every device but one in n + 1 stays.
unsigned share_of(std::string_view device, unsigned of);

/// "2", or "boxmeter-2", which is how a pod of a StatefulSet is called.  Throws Error{config}.
unsigned read_shard_index(const std::string& text, unsigned of);
/// host:port with {index} somewhere in it.  Throws Error{config}.
std::string read_shard_address(const std::string& text);
/// "0/3", "boxmeter-0/3", as --shard takes it; `address` stays.  Throws Error{config}.
Shard read_shard(const std::string& text, Shard shard);

}  // namespace boxmeter
