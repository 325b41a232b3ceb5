#include "device/fritzbox/calls/call_monitor.h"

#include "base/error.h"

namespace boxmeter::fritzbox {
namespace {

/// Read in one poll at most, so that a flood cannot hold it up; the next poll reads on.
constexpr std::size_t kMostBytes = 1U << 20;

}  // namespace

Reply CallMonitor::poll() {
  if (stream_.address().empty())
    throw Error(ErrorKind::refused,
                "nobody listens to the call monitor: set 'call_monitor: true' of this device",
                Refusal::unsupported);
  if (!stream_.is_open()) connect();
  // If the connection has ended (the box restarted), connect again at once.
  if (!drain()) {
    connect();
    drain();
  }
  return tally_.reply();
}

void CallMonitor::connect() {
  tally_.forget_calls_under_way();
  stream_.connect();
  ++answers_;
}

bool CallMonitor::drain() {
  for (std::size_t taken = 0; taken < kMostBytes;) {
    const auto bytes = stream_.receive(std::chrono::milliseconds(0));
    if (!bytes) return false;
    if (bytes->empty()) return true;
    taken += bytes->size();
    ++answers_;
    tally_.take(*bytes);
  }
  return true;
}

}  // namespace boxmeter::fritzbox
