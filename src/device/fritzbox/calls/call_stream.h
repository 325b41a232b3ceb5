#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/descriptor.h"

namespace boxmeter::fritzbox {

/// The TCP connection to a box's call monitor (port 1012, without a login; switched on by dialling
/// #96*5*).  Between calls of receive() the kernel buffers what arrives.  One thread at a time.
class CallStream {
 public:
  /// host:port.  Touches no network.
  explicit CallStream(std::string address) : address_(std::move(address)) {}

  const std::string& address() const { return address_; }
  bool is_open() const { return socket_.is_open(); }

  /// Closes the old connection and makes a new one.  Blocks for a second at most: half of it for
  /// the name lookup, half for the box.  Throws Error{refused}.
  void connect();

  /// The bytes that have arrived, after waiting for them for `patience` at most; empty: none.
  /// nullopt if the connection has ended.
  std::optional<std::string> receive(std::chrono::milliseconds patience);

 private:
  std::string address_;
  Descriptor socket_;
};

}  // namespace boxmeter::fritzbox
