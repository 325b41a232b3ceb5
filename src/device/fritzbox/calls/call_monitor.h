#pragma once
#include <string>

#include "device/fritzbox/calls/call_stream.h"
#include "device/fritzbox/calls/call_tally.h"

namespace boxmeter::fritzbox {

/// Counts the calls that a box's call monitor tells, from poll to poll.  One thread at a time.
class CallMonitor {
 public:
  /// host:port; empty: nobody listens.  Touches no network.
  explicit CallMonitor(std::string address) : stream_(std::move(address)) {}

  /// Takes what has arrived and says what was counted since the first poll.  Waits only for a
  /// connection that has to be made.  Throws Error{refused}, which says nothing about the rest of
  /// the box: there is no connection, or no address.
  Reply poll();

 private:
  bool drain();  // false: the connection has ended
  void connect();

  CallStream stream_;
  CallTally tally_;
};

}  // namespace boxmeter::fritzbox
