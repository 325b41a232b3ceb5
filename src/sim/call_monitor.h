#pragma once
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/guarded.h"

namespace boxmeter::sim {

/// The call monitor of a box: sends events to all its connections.  Any thread.
class CallMonitor {
 public:
  /// `host` is an IPv4 address.  Throws Error{config} if the port is in use.
  CallMonitor(const std::string& host, int port);
  ~CallMonitor();
  CallMonitor(const CallMonitor&) = delete;
  CallMonitor& operator=(const CallMonitor&) = delete;

  int port() const { return port_; }

  /// Sends an event, "RING;0;0301234567;7654321;SIP0;", as a line with the time in front.
  void tell(const std::string& event);
  /// Closes all connections; new ones are accepted.
  void hang_up();
  std::size_t connections() const;

 private:
  void accept();

  Descriptor listener_;
  int port_ = 0;
  Guarded<std::vector<int>> connections_;
  std::jthread thread_;  // last: uses the others
};

}  // namespace boxmeter::sim
