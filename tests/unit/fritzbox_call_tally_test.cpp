#include <doctest/doctest.h>

#include <random>
#include <string>

#include "device/fritzbox/calls/call_tally.h"

namespace boxmeter::fritzbox_call_tally_test {

using fritzbox::CallTally;

namespace {

const std::string kNone =
    R"({"active":0,"calls":[{"answered":0,"count":0,"direction":"incoming","seconds":0,"unanswered":0},)"
    R"({"answered":0,"count":0,"direction":"outgoing","seconds":0,"unanswered":0}],"ringing":0})";

const std::string kDay =
    "17.11.26 10:15:30;RING;0;0301234567;7654321;SIP0;\r\n"
    "17.11.26 10:15:32;CALL;1;10;7654321;0301234567#;SIP0;\r\n"
    "17.11.26 10:15:38;CONNECT;0;10;0301234567;\r\n"
    "17.11.26 10:16:01;DISCONNECT;0;23;\r\n"
    "17.11.26 10:16:02;DISCONNECT;1;0;\r\n"
    "17.11.26 10:17:00;RING;0;;7654321;SIP0;\r\n"
    "17.11.26 10:17:20;DISCONNECT;0;0;\r\n"
    "17.11.26 10:18:00;CALL;0;10;7654321;0891234567#;SIP0;\r\n"
    "17.11.26 10:18:05;CONNECT;0;10;0891234567;\r\n"
    "17.11.26 10:18:06;RING;1;0301234567;7654321;SIP0;\r\n";

const std::string kCounted =
    R"({"active":1,"calls":[{"answered":1,"count":3,"direction":"incoming","seconds":23,"unanswered":1},)"
    R"({"answered":1,"count":2,"direction":"outgoing","seconds":0,"unanswered":1}],"ringing":1})";

std::string counted(const std::string& text) {
  CallTally tally;
  tally.take(text);
  return tally.reply().dump();
}

}  // namespace

TEST_CASE("calls are counted by direction, with those that ring and those that are talked") {
  CHECK(counted("") == kNone);
  CHECK(counted(kDay) == kCounted);
}

TEST_CASE("it does not matter where the pieces of a stream end") {
  std::minstd_rand random{1};
  for (int round = 0; round < 50; ++round) {
    CallTally tally;
    for (std::size_t at = 0; at < kDay.size();) {
      const std::size_t size = 1 + random() % 70;
      tally.take(std::string_view(kDay).substr(at, size));
      at += size;
    }
    CHECK(tally.reply().dump() == kCounted);
  }
}

TEST_CASE("what is no event, or of a call that began before, counts for nothing") {
  CHECK(counted("\r\n\n;;;\nRING\n1;RING\nhello\n17.11.26 10:15:30;FAX;0;1;\n") == kNone);
  CHECK(
      counted("17.11.26 10:15:38;CONNECT;0;10;0301234567;\n17.11.26 10:16:01;DISCONNECT;0;23;\n") ==
      kNone);
}

TEST_CASE("a line that never ends is thrown away, and the next one is read") {
  CallTally tally;
  for (int i = 0; i < 1000; ++i) tally.take(std::string(100, 'x'));
  tally.take("\n" + kDay);

  CHECK(tally.reply().dump() == kCounted);
}

TEST_CASE("a lost connection ends the calls under way without counting them") {
  CallTally tally;
  tally.take(kDay + "17.11.26 10:18:10;DISCONN");
  tally.forget_calls_under_way();
  tally.take("17.11.26 10:19:00;DISCONNECT;0;99;\n");

  CHECK(tally.reply().dump() ==
        R"({"active":0,"calls":[{"answered":1,"count":3,"direction":"incoming","seconds":23,)"
        R"("unanswered":1},{"answered":1,"count":2,"direction":"outgoing","seconds":0,)"
        R"("unanswered":1}],"ringing":0})");
}

TEST_CASE("seconds that are no number, or too large, are none") {
  const std::string call = "1;CALL;0;10;7;8;SIP0;\n1;CONNECT;0;10;8;\n1;DISCONNECT;0;";
  CHECK(counted(call + "-5;\n") == counted(call + "0;\n"));
  CHECK(counted(call + "99999999999999999999;\n") == counted(call + "0;\n"));
  CHECK(counted(call + "\n") == counted(call + "0;\n"));
}

}  // namespace boxmeter::fritzbox_call_tally_test
