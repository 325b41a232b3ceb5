#include "base/log.h"

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <filesystem>

#include "base/unicode.h"
#include "captured_log.h"

namespace boxmeter::log_test {

TEST_CASE("a line for people names device, query or sink before the message") {
  CapturedLog captured;
  log_event(LogLevel::warn, "no answer",
            {{"device", "home"}, {"query", "dsl"}, {"reason", "timeout"}});
  log_event(LogLevel::info, "delivering again", {{"sink", "telegraf"}});
  log_event(LogLevel::debug, "not written");
  CHECK(captured.text() == "warn  home/dsl: no answer\ninfo  push telegraf: delivering again\n");
}

TEST_CASE("what a terminal would obey or a line would end at is written out") {
  CHECK(printable("a\x1b[2Jb\nc\td\x7f") == "a\\u001b[2Jb\\nc\\td\\u007f");
  CHECK(
      printable("C1 \xC2\x9B, LS \xE2\x80\xA8, RLO \xE2\x80\xAE, RLI \xE2\x81\xA7, ALM \xD8\x9C") ==
      "C1 \\u009b, LS \\u2028, RLO \\u202e, RLI \\u2067, ALM \\u061c");
  CHECK(printable("Küche Ελλάδα 家 \xFF") == "Küche Ελλάδα 家 \xEF\xBF\xBD");

  CapturedLog captured;
  log_event(LogLevel::info, "host 'x\nlevel=error msg=forged'", {{"device", "a\x1b]0;b"}});
  CHECK(captured.text() == "info  a\\u001b]0;b: host 'x\\nlevel=error msg=forged'\n");
}

}  // namespace boxmeter::log_test
