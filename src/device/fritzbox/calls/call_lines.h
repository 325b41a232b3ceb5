#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter::fritzbox {

/// Splits the bytes of a call monitor into lines, one per event (AVM has not documented the format;
/// these are from boxes):
///   17.11.26 10:15:30;RING;0;0301234567;7654321;SIP0;
///   17.11.26 10:15:32;CALL;1;10;7654321;0301234567#;SIP0;
///   17.11.26 10:15:38;CONNECT;0;10;0301234567;
///   17.11.26 10:16:01;DISCONNECT;0;23;
/// No I/O; one thread at a time; never throws Error.
class CallLines {
 public:
  /// The lines that are complete with these bytes, trimmed, without empty ones and without those
  /// above 1024 bytes, which are no events.
  std::vector<std::string> take(std::string_view bytes);

  /// To be called when the connection was lost: drops an incomplete line.
  void forget_rest();

 private:
  std::string rest_;          // the incomplete line
  bool is_skipping_ = false;  // the rest of a line that is too long
};

}  // namespace boxmeter::fritzbox
