#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "device/fritzbox/web/login.h"
#include "error_of.h"
#include "places.h"

namespace boxmeter::fritzbox_login_test {

using fritzbox::ChallengeResponder;
using fritzbox::parse_session_info;
using testing::error_of;

namespace {

std::string answer(const std::string& challenge, const std::string& password) {
  return ChallengeResponder(Secret(password)).answer(challenge);
}

}  // namespace

TEST_CASE("a PBKDF2 challenge is answered in two rounds") {
  CHECK(answer("2$10000$5A1711$2000$5A1722", "1example!") ==
        "5A1722$1798a1672bca7c6463d6b245f82b53703b0f50813401b03e4045a5861e689adb");
  CHECK(answer("2$60000$58e7348c30c8376903802c21f9730310$6000$91a3f9eca12316c9461667af0fe36d2f",
               "password") ==
        "91a3f9eca12316c9461667af0fe36d2f$"
        "00e538d77b29ee7ea349a8604dc48570024d9084e5082ebe3d3540a441ea6108");
}

TEST_CASE("the second challenge of a user is answered as if it were the first") {
  ChallengeResponder twice(Secret("1example!"));
  twice.answer("2$10000$5A1711$2000$0102");

  CHECK(twice.answer("2$10000$5A1711$2000$5A1722") ==
        "5A1722$1798a1672bca7c6463d6b245f82b53703b0f50813401b03e4045a5861e689adb");
  CHECK(twice.answer("2$10001$5A1711$2000$5A1722") ==
        answer("2$10001$5A1711$2000$5A1722", "1example!"));
}

TEST_CASE("an older box gets the MD5 of UTF-16, with a dot for what is not Latin") {
  CHECK(answer("1234567z", "äbc") == "1234567z-9e224a41eeefa284df7bb0f26c2913e2");
  CHECK(answer("challenge", "password") == "challenge-086fa48e27e8826c94437d10380e11ba");
  CHECK(answer("1234567z", "€uro") == answer("1234567z", ".uro"));
  CHECK(answer("1234567z", "🔑x") == answer("1234567z", "..x"));
  CHECK(answer("1234567z", "ÿ") != answer("1234567z", "."));
  CHECK(answer("1234567z", "Ā") == answer("1234567z", "."));
}

TEST_CASE("a challenge that is none is refused before anything is computed") {
  const std::string unknown = "protocol: the box's challenge to log in is neither PBKDF2 nor MD5";
  for (const char* challenge :
       {"", "2$10000$5A1711$2000", "2$10000$5A1711$2000$5A1722$1", "2$x$5A1711$2000$5A1722",
        "2$0$5A1711$2000$5A1722", "2$2000000000$5A1711$2000$5A1722", "2$10000$5A171$2000$5A1722",
        "2$10000$5A171g$2000$5A1722", "2$10000$$2000$5A1722", "3$10000$5A1711$2000$5A1722"}) {
    CAPTURE(challenge);
    CHECK(error_of([&] { answer(challenge, "secret"); }) == unknown);
  }
}

TEST_CASE("what login_sid.lua says before and after a login") {
  const auto before = parse_session_info(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><SessionInfo><SID>0000000000000000</SID>"
      "<Challenge>2$10000$a6$1000$b9</Challenge><BlockTime>12</BlockTime><Rights/>"
      "<Users><User>guest</User><User last=\"1\">fritz1234</User></Users></SessionInfo>");
  CHECK(before.sid.empty());
  CHECK(before.challenge == "2$10000$a6$1000$b9");
  CHECK(before.block_time == std::chrono::seconds(12));
  CHECK(before.rights.empty());
  CHECK(before.last_user == "fritz1234");

  const auto after = parse_session_info(
      "<SessionInfo><SID>00a1b2c3d4e5f607</SID><Challenge>44b750c0</Challenge><BlockTime>0"
      "</BlockTime><Rights><Name>BoxAdmin</Name><Access>2</Access><Name>NAS</Name><Access>0"
      "</Access><Name>HomeAuto</Name><Access>1</Access></Rights></SessionInfo>");
  CHECK(after.sid == Secret("00a1b2c3d4e5f607"));
  CHECK(after.block_time == std::chrono::seconds(0));
  CHECK(after.rights == std::vector<std::string>{"BoxAdmin", "HomeAuto"});
  CHECK(after.last_user == "");
}

TEST_CASE("what is no answer of login_sid.lua says so") {
  CHECK(error_of([] { parse_session_info("<html><body>login</body></html>"); }) ==
        "protocol: the answer is HTML instead of XML");
  CHECK(error_of([] { parse_session_info("<a/>"); }) ==
        "protocol: the answer of login_sid.lua has no SessionInfo");
  CHECK(error_of([] { parse_session_info(""); }) == "protocol: the answer is empty");
}

TEST_CASE("recorded answers of login_sid.lua are read") {
  if (!has_corpus()) return;
  const auto folder = corpus() / "fritzbox/7590-154.07.57/aha";
  const auto read = [&](const char* name) { return parse_session_info(read_file(folder / name)); };

  CHECK(read("login_rsp_without_valid_sid.xml").challenge == "44b750c0");
  CHECK(read("login_rsp_without_valid_sid.xml").sid.empty());
  CHECK(read("login_rsp_with_valid_sid_pbkdf2.xml").sid == Secret("0000000000000001"));
  CHECK(answer(read("login_rsp_without_valid_sid_pbkdf2.xml").challenge, "x")
            .starts_with("b9c232dea345233f5a893b2284931ac8$"));
}

}  // namespace boxmeter::fritzbox_login_test
