#pragma once
#include <string>

#include "device/fritzbox/call_tally.h"

namespace boxmeter::fritzbox {

/// The connection to a box's call monitor (TCP port 1012, without a login; switched on by dialling
/// #96*5*).  Between two polls the system keeps what arrives.  One thread at a time.
class CallMonitor {
 public:
  /// host:port; empty: nobody listens.  Touches no network.
  explicit CallMonitor(std::string address) : address_(std::move(address)) {}
  ~CallMonitor();
  CallMonitor(const CallMonitor&) = delete;
  CallMonitor& operator=(const CallMonitor&) = delete;

  /// Takes what has arrived and says what was counted since the first poll.  Waits only for a
  /// connection that has to be made, half a second at most.  Throws Error{refused}, which says
  /// nothing about the rest of the box: there is no connection, or no address.
  Reply poll();

 private:
  void connect();
  bool drain();  // false: the connection has ended
  void close();

  std::string address_;
  int socket_ = -1;
  CallTally tally_;
};

}  // namespace boxmeter::fritzbox
