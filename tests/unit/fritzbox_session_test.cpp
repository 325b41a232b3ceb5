#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/web/session.h"
#include "error_of.h"
#include "fake_fritzbox.h"

namespace boxmeter::fritzbox_session_test {

using namespace std::chrono_literals;
using fritzbox::Account;
using fritzbox::Options;
using fritzbox::WebSession;
using testing::error_of;
using testing::FakeFritzbox;
using Asked = std::vector<std::string>;

namespace {

const std::string kHello = "/login_sid.lua?version=2";
const std::string kLogin = "login_sid.lua?version=2.";  // a POST, as the fake box names it
const std::string kNone = "0000000000000000";

std::string info(const std::string& sid, int block = 0) {
  return "<SessionInfo><SID>" + sid + "</SID><Challenge>1234567z</Challenge><BlockTime>" +
         std::to_string(block) + "</BlockTime></SessionInfo>";
}

std::string page(const std::string& sid) { return "/page?sid=" + sid; }

/// A session with a fake box, which lives in made-up time.
struct Web {
  FakeFritzbox box;
  http::Stop stop;
  DeviceConfig config{.url = box.url(),
                      .username = "monitor",
                      .credential = {.value = Secret("secret")},
                      .own = Options{.web_url = box.url()}};
  Account account{config};
  WebSession session{config, account, stop};
  const Clock::time_point start = Clock::now();

  std::string ask(Clock::duration after) {
    return session.ask({.path = "/page", .right = "HomeAuto"}, start + after).body;
  }
  std::string error(Clock::duration after) {
    return error_of([&] { ask(after); });
  }
};

}  // namespace

TEST_CASE("a session is used for 19 idle minutes and not a second longer") {
  Web web;
  web.box.set(kHello, info(kNone));
  web.box.set(kLogin, {{.body = info("00000000000000a1")}, {.body = info("00000000000000b2")}});
  web.box.set(page("00000000000000a1"), "1");
  web.box.set(page("00000000000000b2"), "2");

  CHECK(web.ask(0min) == "1");
  CHECK(web.box.asked() == Asked{kHello, kLogin, page("00000000000000a1")});
  CHECK(web.ask(18min + 59s) == "1");
  CHECK(web.ask(37min) == "1");
  CHECK(web.box.asked() == Asked{page("00000000000000a1"), page("00000000000000a1")});
  CHECK(web.ask(56min) == "2");
  CHECK(web.box.asked() == Asked{kHello, kLogin, page("00000000000000b2")});
  CHECK(web.session.logins() == 2);
}

TEST_CASE("a session that the box has forgotten is not shown to it again") {
  Web web;
  web.box.set(kHello, info(kNone));
  web.box.set(kLogin, {{.body = info("00000000000000a1")}, {.body = info("00000000000000b2")}});
  web.box.set(page("00000000000000a1"), {{.body = "1"}, {.status = 403, .body = "no"}});
  web.box.set(page("00000000000000b2"), "2");
  web.ask(0s);
  web.box.asked();

  CHECK(web.ask(1s) == "2");
  CHECK(web.box.asked() ==
        Asked{page("00000000000000a1"), kHello, kLogin, page("00000000000000b2")});
  web.session.forget();
  CHECK(web.ask(2s) == "2");
  CHECK(web.box.asked() == Asked{kHello, kLogin, page("00000000000000b2")});
}

TEST_CASE("a session that opens and is refused is not opened again for every request") {
  Web web;
  web.box.set(kHello, info(kNone));
  web.box.set(kLogin, info("00000000000000a1"));
  web.box.set(page("00000000000000a1"), {{.status = 403, .body = "no"}});
  const std::string denied =
      "refused: the box does not allow it (HTTP 403): user 'monitor' may lack the right 'Smart "
      "Home'";

  CHECK(web.error(0s) == denied);
  CHECK(web.error(1s) == denied);
  CHECK(web.error(2s) == denied);
  CHECK(web.box.asked() == Asked{kHello, kLogin, page("00000000000000a1"), page("00000000000000a1"),
                                 page("00000000000000a1")});
}

TEST_CASE("a blocked login waits no longer than boxes block, and not after a restart") {
  Web web;
  web.box.set(kHello, {{.body = info(kNone, 4'000'000)},
                       {.body = info(kNone, 4'000'000)},
                       {.body = info("00000000000000a1")}});
  web.box.set(page("00000000000000a1"), "1");
  const std::string blocked =
      "refused: the box takes no login for another 900 s, because of wrong ones before (from this "
      "host or user)";

  CHECK(web.error(0s) == blocked);
  CHECK(web.error(15min) == blocked);
  web.session.forget();
  CHECK(web.ask(16min) == "1");
}

TEST_CASE("a blocked login is waited out without asking") {
  Web web;
  web.box.set(kHello, {{.body = info(kNone, 30)}, {.body = info(kNone)}});
  web.box.set(kLogin, info("00000000000000a1"));
  web.box.set(page("00000000000000a1"), "1");
  const auto blocked = [](int seconds) {
    return "refused: the box takes no login for another " + std::to_string(seconds) +
           " s, because of wrong ones before (from this host or user)";
  };

  CHECK(web.error(0s) == blocked(30));
  CHECK(web.box.asked() == Asked{kHello});
  CHECK(web.error(12s) == blocked(18));
  CHECK(web.box.asked() == Asked{});
  CHECK(web.ask(30s) == "1");
  CHECK(web.box.asked() == Asked{kHello, kLogin, page("00000000000000a1")});
}

TEST_CASE("a refused password is tried once in five minutes, on whatever side of the box") {
  Web web;
  web.box.set(kHello, info(kNone));
  web.box.set(kLogin, info(kNone));
  const std::string refused =
      "auth: the box refused the login of user 'monitor': check name and password, and that this "
      "user may use the box's settings (tried again after 5 minutes)";

  CHECK(web.error(0s) == refused);
  CHECK(web.box.asked() == Asked{kHello, kLogin});
  CHECK(web.error(4min) == refused);
  CHECK(web.box.asked() == Asked{kHello});  // which costs nothing: no answer was given
  CHECK(error_of([&] { web.account.ready(web.start + 4min); }) == refused);
  CHECK(web.error(5min) == refused);
  CHECK(web.box.asked() == Asked{kHello, kLogin});
}

TEST_CASE("a box without a password has a session for everybody") {
  Web web;
  web.box.set(kHello, info("00000000000000a1"));
  web.box.set(page("00000000000000a1"), "1");

  CHECK(web.ask(0s) == "1");
  CHECK(web.box.asked() == Asked{kHello, page("00000000000000a1")});
}

TEST_CASE("what is no login page says where it was looked for, and no session id") {
  Web web;
  CHECK(web.error(0s) == "refused: the box has no /login_sid.lua at " + web.box.url() +
                             " (HTTP 404): is that its web server?");
  web.box.set(kHello, {{.status = 500, .body = "oops"}});
  CHECK(web.error(1s) == "protocol: /login_sid.lua: HTTP 500 instead of an answer");
  web.box.set(kHello, "<html>welcome</html>");
  CHECK(web.error(2s) == "protocol: /login_sid.lua: the answer is HTML instead of XML");
}

}  // namespace boxmeter::fritzbox_session_test
