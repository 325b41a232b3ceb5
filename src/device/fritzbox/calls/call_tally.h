#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "device/fritzbox/calls/call_lines.h"
#include "metric/model.h"

namespace boxmeter::fritzbox {

/// Counts the events of a box's call monitor; ignores the phone numbers in them.  No I/O; one
/// thread at a time; never throws Error.
class CallTally {
 public:
  /// Counts the events in the next bytes, which may end in the middle of a line.
  void take(std::string_view bytes);

  /// To be called when the connection was lost, since the end of current calls is not seen then.
  void forget_calls_under_way();

  /// {"ringing": 0, "active": 1, "calls": [{"direction": "incoming", "count": 3, "answered": 2,
  /// "unanswered": 1, "seconds": 81}, {"direction": "outgoing", ...}]}.  A call is
  /// counted at its first event, its seconds at its end.
  Reply reply() const;

 private:
  struct Direction {
    std::uint64_t count = 0;
    std::uint64_t answered = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t seconds = 0;
  };
  struct Call {
    Direction* direction = nullptr;
    bool answered = false;
  };

  void take_line(std::string_view line);

  CallLines lines_;
  Direction incoming_;
  Direction outgoing_;
  std::map<std::string, Call, std::less<>> under_way_;  // by the box's id of the call
};

}  // namespace boxmeter::fritzbox
