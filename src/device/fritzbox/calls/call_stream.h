#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/descriptor.h"

namespace boxmeter::fritzbox {

/// The connection to a box's call monitor (TCP port 1012, without a login; switched on by dialling
/// #96*5*).  While nobody receives, the system keeps what arrives.  One thread at a time.
class CallStream {
 public:
  /// host:port.  Touches no network.
  explicit CallStream(std::string address) : address_(std::move(address)) {}

  const std::string& address() const { return address_; }
  bool is_open() const { return socket_.is_open(); }

  /// In place of the connection that there is; waits a second at most: half of it for the
  /// name, half for the box.  Throws Error{refused}, which says nothing about the rest of the box.
  void connect();

  /// What has arrived, after waiting for it for `patience`; empty: nothing has.  Nothing once the
  /// connection has ended.
  std::optional<std::string> receive(std::chrono::milliseconds patience);

 private:
  std::string address_;
  Descriptor socket_;
};

}  // namespace boxmeter::fritzbox
