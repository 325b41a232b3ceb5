#include "publish/web_guard.h"

#include <doctest/doctest.h>

#include "http/bcrypt.h"
#include "http/logins.h"

namespace boxmeter::web_guard_test {

using http::Logins;
using http::Users;
using LoginResult = http::Logins::Result;
using namespace std::chrono_literals;

namespace {

constexpr Clock::time_point kStart{std::chrono::hours(100)};

Users one_user() { return {{"alice", http::bcrypt_hash(Secret("wonderland"), 4)}}; }
http::Login login(const char* user, const char* password) { return {user, Secret(password)}; }

}  // namespace

TEST_CASE("pages may be asked by addresses and by names of this machine, not by a stranger's") {
  const HostNames names({.hosts = {"box.example:9877"}, .external_url = "https://home.example/b"},
                        "Raspi", {"lan", "fritz.box"});

  for (const char* good :
       {"", "localhost", "localhost:9877", "127.0.0.1:9877", "[::1]:9877", "192.0.2.7",
        "[fe80::1%25eth0]", "raspi", "RASPI.local:9877", "raspi.fritz.box", "raspi.lan.",
        "box.example", "BOX.example:80", "home.example", "boxmeter:9877"}) {
    CAPTURE(good);
    CHECK(names.allow(good));
  }
  for (const char* bad : {"evil.invalid", "raspi.evil.invalid", "localhost.evil.invalid",
                          "127.0.0.1.evil.invalid", "1.2.3.4.5", "x.box.example"}) {
    CAPTURE(bad);
    CHECK_FALSE(names.allow(bad));
  }
}

TEST_CASE("a login is checked once and remembered until the hash changes") {
  Logins logins;
  const Users users = one_user();
  const auto good = login("alice", "wonderland");

  CHECK(logins.look(users, good, "192.0.2.1", kStart) == LoginResult::undecided);
  CHECK(logins.check(users, good, "192.0.2.1") == LoginResult::accepted);
  CHECK(logins.look(users, good, "192.0.2.2", kStart) == LoginResult::accepted);
  CHECK(logins.look(users, login("alice", "wonder"), "192.0.2.1", kStart) ==
        LoginResult::undecided);
  CHECK(logins.look(one_user(), good, "192.0.2.1", kStart) ==
        LoginResult::undecided);  // another salt
  CHECK(logins.look({}, good, "192.0.2.1", kStart) == LoginResult::undecided);
  CHECK(logins.check({}, good, "192.0.2.1") == LoginResult::wrong);
}

TEST_CASE("wrong passwords and unknown users are refused, also with a NUL behind the right one") {
  Logins logins;
  const Users users = one_user();

  CHECK(logins.check(users, login("alice", "rabbit"), "x") == LoginResult::wrong);
  CHECK(logins.check(users, login("carol", "wonderland"), "x") == LoginResult::wrong);
  CHECK(logins.check(users, {"alice", Secret(std::string("wonderland\0x", 12))}, "x") ==
        LoginResult::wrong);
}

TEST_CASE("a client has ten attempts and one more every two seconds; a /64 is one client") {
  Logins logins;
  const Users users = one_user();
  const auto guess = login("alice", "guess");
  const auto attempts = [&](const std::string& client, Clock::time_point now) {
    int count = 0;
    while (logins.look(users, guess, client, now) == LoginResult::undecided) ++count;
    return count;
  };

  CHECK(attempts("192.0.2.1", kStart) == 10);
  CHECK(attempts("192.0.2.2", kStart) == 10);
  CHECK(attempts("192.0.2.1", kStart + 4s) == 2);
  CHECK(attempts("192.0.2.1", kStart + 1h) == 10);
  CHECK(attempts("2001:db8::1", kStart) == 10);
  CHECK(attempts("2001:db8::2", kStart) == 0);
  CHECK(attempts("2001:db8:0:1::1", kStart) == 10);
}

TEST_CASE("of what stands in Authorization only Basic is read") {
  const auto read = http::parse_basic("basic  YWxpY2U6YTpi");
  REQUIRE(read);
  CHECK(read->user == "alice");
  CHECK(read->password.reveal() == "a:b");
  for (const char* bad : {"", "Basic", "Basic ", "Bearer YWxpY2U6YTpi", "Basic YWxpY2U",
                          "Basic ====", "Basic YWxpY2U=", "Basic !!!!"})
    CHECK_FALSE(http::parse_basic(bad));
}

TEST_CASE("a prefix is the one that is set, else the path of the external URL") {
  CHECK(route_prefix({}).empty());
  CHECK(route_prefix({.external_url = read_external_url("https://home.example/b/")}) == "/b");
  CHECK(route_prefix(
            {.external_url = "https://home.example/b", .route_prefix = read_route_prefix("/")})
            .empty());
  CHECK(read_route_prefix("x/y/") == "/x/y");
  CHECK_THROWS_WITH_AS(read_route_prefix("/a?b"), "route prefix '/a' must look like /boxmeter",
                       Error);
  CHECK_THROWS_WITH_AS(read_external_url("home.example"),
                       "external URL 'home.example' must look like https://example.org/boxmeter",
                       Error);
}

}  // namespace boxmeter::web_guard_test
