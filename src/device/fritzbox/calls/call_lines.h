#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter::fritzbox {

/// Divides what a call monitor sends into lines, one per event:
///   17.11.26 10:15:30;RING;0;0301234567;7654321;SIP0;
///   17.11.26 10:15:32;CALL;1;10;7654321;0301234567#;SIP0;
///   17.11.26 10:15:38;CONNECT;0;10;0301234567;
///   17.11.26 10:16:01;DISCONNECT;0;23;
/// Pure, one thread at a time; never throws Error.
class CallLines {
 public:
  /// The lines that end within the next bytes, trimmed, without empty ones and without those that
  /// are too long to be an event.
  std::vector<std::string> take(std::string_view bytes);

  /// The connection was lost: what it left of a line is none.
  void forget_rest();

 private:
  std::string rest_;          // of a line that has not ended yet
  bool is_skipping_ = false;  // the rest of a line that is too long
};

}  // namespace boxmeter::fritzbox
