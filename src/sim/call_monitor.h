#pragma once
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/guarded.h"

namespace boxmeter::sim {

/// The call monitor of a box: tells every connection what is told to it.  Any thread.
class CallMonitor {
 public:
  /// Throws Error{config} when the port is in use.  `host` is an IPv4 address.
  CallMonitor(const std::string& host, int port);
  ~CallMonitor();
  CallMonitor(const CallMonitor&) = delete;
  CallMonitor& operator=(const CallMonitor&) = delete;

  int port() const { return port_; }

  /// "RING;0;0301234567;7654321;SIP0;" goes out as a line with the time before it.
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
