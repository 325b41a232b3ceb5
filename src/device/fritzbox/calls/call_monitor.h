#pragma once
#include <cstdint>
#include <string>

#include "device/fritzbox/calls/call_stream.h"
#include "device/fritzbox/calls/call_tally.h"

namespace boxmeter::fritzbox {

/// Counts calls by the events of a box's call monitor.  One thread at a time.
class CallMonitor {
 public:
  /// host:port; empty: not configured.  Does not touch the network.
  explicit CallMonitor(std::string address) : stream_(std::move(address)) {}

  /// Reads the events that have arrived and returns the counts since the first poll, as
  /// CallTally::reply().  Blocks only to connect, for a second at most.  Throws Error{refused} if
  /// there is no connection or no address; the rest of the box is not affected.
  Reply poll();
  /// Connections made, and pieces received: each shows that the box is there.  Only grows.
  std::uint64_t answers() const { return answers_; }

 private:
  bool drain();  // false: the connection has ended
  void connect();

  CallStream stream_;
  CallTally tally_;
  std::uint64_t answers_ = 0;
};

}  // namespace boxmeter::fritzbox
