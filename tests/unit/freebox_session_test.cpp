#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "captured_log.h"
#include "device/freebox/registration.h"
#include "device/freebox/session.h"
#include "fake_freebox.h"

namespace boxmeter::freebox_session_test {

using namespace testing;
using freebox::Options;

namespace {

/// What the call gives, or "kind: text".
std::string called(Device& device, const std::string& target = "connection/") {
  try {
    return device.call({.verb = "get", .target = target}).dump();
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
}

using Log = std::vector<std::string>;
const std::string kUp = R"({"state":"up"})";
const std::string kInvalidToken =
    "auth: login: invalid_token: the box does not know the app token (revoked, of another box, or "
    "the app id is not the one it was made for): register the application again ('Refusé')";

/// A file that goes away with the test.
class TokenFile {
 public:
  explicit TokenFile(std::string_view text) {
    char folder[] = "/tmp/boxmeter-test-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    path = std::filesystem::path(folder) / "freebox.token";
    write(text);
  }
  ~TokenFile() { std::filesystem::remove_all(path.parent_path()); }
  void write(std::string_view text) const { write_file(path, text); }

  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a Freebox is found, logged into once, asked, and logged out of") {
  FreeboxBench bench;
  auto device = bench.open();
  CHECK(bench.take_log() == Log{});

  CHECK(called(*device) == kUp);
  CHECK(called(*device) == kUp);

  CHECK(bench.take_log() == Log{"GET /api_version", "GET login/", "POST login/session/",
                                "GET connection/", "GET connection/"});
  CHECK(device->logins() == 1);
  CHECK(bench.server.connections() == 1);
  device.reset();
  CHECK(bench.take_log() == Log{"POST login/logout/"});
}

TEST_CASE("an ended session is reopened once, with the challenge that came with the refusal") {
  FreeboxBench bench;
  bench.box.with([](FakeFreebox& box) { box.session_uses = 2; });
  auto device = bench.open();
  CHECK(called(*device) == kUp);
  CHECK(called(*device) == kUp);
  bench.take_log();

  CHECK(called(*device) == kUp);

  CHECK(bench.take_log() == Log{"GET connection/", "POST login/session/", "GET connection/"});
  CHECK(device->logins() == 2);
}

TEST_CASE("a refusal without a challenge costs one more request") {
  FreeboxBench bench;
  bench.box.with([](FakeFreebox& box) {
    box.session_uses = 1;
    box.challenge_in_refusal = false;
  });
  auto device = bench.open();
  CHECK(called(*device) == kUp);
  bench.take_log();

  CHECK(called(*device) == kUp);

  CHECK(bench.take_log() ==
        Log{"GET connection/", "GET login/", "POST login/session/", "GET connection/"});
}

TEST_CASE("a box that refuses every session is asked for one per call, no more") {
  FreeboxBench bench;
  bench.box.with([](FakeFreebox& box) { box.session_uses = 0; });
  auto device = bench.open();

  CHECK(called(*device) ==
        "auth: auth_required: the session is refused, although it was just opened ('Refusé')");

  CHECK(bench.take_log() ==
        Log{"GET /api_version", "GET login/", "POST login/session/", "GET connection/"});
  CHECK(called(*device) ==
        "auth: auth_required: the session is refused, although it was just opened ('Refusé')");
  CHECK(bench.take_log() == Log{"GET login/", "POST login/session/", "GET connection/"});
}

TEST_CASE("a refused token is shown to the box once") {
  FreeboxBench bench;
  bench.config.credential.value = Secret("wrong/token");
  auto device = bench.open();

  CHECK(called(*device) == kInvalidToken);
  CHECK(called(*device) == kInvalidToken);
  CHECK(called(*device, "system/") == kInvalidToken);

  CHECK(bench.take_log() == Log{"GET /api_version", "GET login/", "POST login/session/"});
  CHECK(device->logins() == 0);
  device.reset();
  CHECK(bench.take_log() == Log{});
}

TEST_CASE("a refused token is read from its file again, and used at once when it is another") {
  TokenFile file("right/token\nfr.example.app\n");
  FreeboxBench bench;
  bench.config.credential = {.value = Secret("wrong/token"), .file = file.path};
  auto device = bench.open();

  CHECK(called(*device) == kUp);

  CHECK(bench.take_log() == Log{"GET /api_version", "GET login/", "POST login/session/",
                                "POST login/session/", "GET connection/"});
}

TEST_CASE("a token file that changes ends the pause after a refusal") {
  TokenFile file("wrong/token\nfr.example.app\n");
  FreeboxBench bench;
  bench.config.credential = {.value = Secret("wrong/token"), .file = file.path};
  auto device = bench.open();
  CHECK(called(*device) == kInvalidToken);
  CHECK(called(*device) == kInvalidToken);
  bench.take_log();

  file.write("not a token at all\n");
  CHECK(called(*device) == kInvalidToken);
  CHECK(bench.take_log() == Log{});
  file.write("right\\/token\nfr.example.app\n");
  CHECK(called(*device) == kUp);

  CHECK(bench.take_log() == Log{"GET login/", "POST login/session/", "GET connection/"});
}

TEST_CASE("a token file alone is enough, and its app id goes before the configured one") {
  TokenFile file("right/token\nfr.example.app\n");
  FreeboxBench bench;
  bench.config.credential = {.file = file.path};
  bench.config.own = Options{.app_id = "fr.example.other"};

  CHECK(called(*bench.open()) == kUp);
}

TEST_CASE("other reasons not to let us in pause the login too, and are told") {
  const std::pair<const char*, const char*> rows[] = {
      {"pending_token",
       "auth: login: pending_token: the application waits to be allowed on the front of the box "
       "('Refusé')"},
      {"ratelimited",
       "auth: login: ratelimited: too many refused logins from this address: the box wants a pause "
       "('Refusé')"},
      {"internal_error", "refused: login: internal_error: the box failed ('Refusé')"},
  };
  for (const auto& [code, text] : rows) {
    FreeboxBench bench;
    bench.box.with([&, c = code](FakeFreebox& box) { box.refuse_login = c; });
    auto device = bench.open();

    CHECK(called(*device) == text);
    bench.take_log();
    CHECK(called(*device) == text);

    const bool paused = std::string_view(text).starts_with("auth");
    CHECK(bench.take_log() == (paused ? Log{} : Log{"GET login/", "POST login/session/"}));
  }
}

TEST_CASE("the pause doubles each time that the box says ratelimited, up to about an hour") {
  std::vector<std::int64_t> minutes;
  for (unsigned limited = 0; limited < 8; ++limited)
    minutes.push_back(freebox::pause_after_refusal(limited).count());

  CHECK(minutes == std::vector<std::int64_t>{4, 8, 16, 32, 64, 64, 64, 64});
}

TEST_CASE("a web page instead of /api_version says that this is no Freebox") {
  RawServer server([](Peer& peer) {
    while (!peer.read_request().empty()) peer.answer(200, "<html>welcome</html>");
  });
  http::Stop stop;
  const auto device = freebox::open({.name = "free",
                                     .url = "http://" + server.where(),
                                     .credential = {.value = Secret("t")},
                                     .own = Options{.app_id = "a"}},
                                    stop);

  CHECK(called(*device) == "protocol: http://" + server.where() +
                               " answers, but not as a Freebox (HTML): is this its address and "
                               "port? In its own network it is https://mafreebox.freebox.fr");
}

TEST_CASE("the built-in roots are trusted besides those of the configuration, not instead") {
  const Identity identity("box", "IP:127.0.0.1");
  RawServer server(
      [](Peer& peer) {
        while (!peer.read_request().empty()) peer.answer(200, R"({"api_version":"x"})");
      },
      &identity);
  http::Stop stop;
  DeviceConfig config{.name = "free",
                      .url = "https://" + server.where(),
                      .credential = {.value = Secret("t")},
                      .own = Options{.app_id = "a"}};

  CHECK(called(*freebox::open(config, stop)).starts_with("tls: "));
  config.tls.extra_roots = identity.pem();
  CHECK(called(*freebox::open(config, stop)) ==
        "protocol: https://" + server.where() +
            " answers, but not as a Freebox (api_version 'x' is not a version (expected: such as "
            "16.0)): is this its address and port? In its own network it is "
            "https://mafreebox.freebox.fr");
}

TEST_CASE("secrets do not leave the brand, and counters keep all digits") {
  FreeboxBench bench;
  bench.box.with([](FakeFreebox& box) {
    box.bodies["wifi/bss/"] =
        R"({"success":true,"result":[{"id":"x","config":{"ssid":"caf\u00e9","key":"hush"}}]})";
    box.bodies["connection/"] =
        R"({"success":true,"result":{"bytes_down":9007199254740993,"state":"up"}})";
  });
  auto device = bench.open();

  CHECK(called(*device, "wifi/bss/") == R"([{"config":{"ssid":"café"},"id":"x"}])");
  CHECK(called(*device) == R"({"bytes_down":9007199254740993,"state":"up"})");
}

TEST_CASE("new firmware is noticed, and its API asked for again") {
  FreeboxBench bench;
  const auto system = [](const char* firmware) {
    return R"({"success":true,"result":{"uptime_val":10,"firmware_version":")" +
           std::string(firmware) + R"("}})";
  };
  bench.box.with([&](FakeFreebox& box) { box.bodies["system/"] = system("4.9.14"); });
  auto device = bench.open();
  called(*device, "system/");
  bench.box.with([&](FakeFreebox& box) { box.bodies["system/"] = system("4.12.2"); });
  called(*device, "system/");
  CHECK(device->epoch() == Epoch{.boot = 1, .wan = 0});
  bench.take_log();

  CHECK(called(*device) == kUp);

  CHECK(bench.take_log() == Log{"GET /api_version", "GET connection/"});
}

TEST_CASE("a box that moved its API is found again") {
  FreeboxBench bench;
  auto device = bench.open();
  CHECK(called(*device) == kUp);
  bench.box.with([](FakeFreebox& box) { box.version = "15.1"; });

  CHECK(called(*device) == "refused: invalid_request: this box or its firmware does not have it");
  CHECK(called(*device) == kUp);
}

TEST_CASE("a session is closed at the end too, whatever was running") {
  FreeboxBench bench;
  auto device = bench.open();
  CHECK(called(*device) == kUp);
  bench.take_log();

  bench.stop.stop();
  device.reset();

  CHECK(bench.take_log() == Log{"POST login/logout/"});
}

TEST_CASE("once stopped, a device does not wait for a logout") {
  FreeboxBench bench;
  auto device = bench.open();
  CHECK(called(*device) == kUp);
  bench.take_log();

  bench.stop.stop();
  CHECK(called(*device) == "network: stopped");
  device.reset();

  CHECK(bench.take_log() == Log{});
}

TEST_CASE("a Freebox without its token or app id is refused before it is asked") {
  FreeboxBench bench;
  const auto opened = [&](Credential credential, const std::string& app_id) {
    bench.config.credential = std::move(credential);
    bench.config.own = Options{.app_id = app_id};
    try {
      bench.open();
    } catch (const Error& error) {
      return std::string(name(error.kind())) + ": " + error.what();
    }
    return std::string();
  };

  CHECK(opened({}, "a") ==
        "config: no app token: a Freebox needs 'app_token_file' (or 'app_token')");
  CHECK(opened({.value = Secret("t")}, "") ==
        "config: no app id: give the one that the app token was made for as 'app_id', or on the "
        "second line of the app_token_file");
  CHECK(opened({.file = "/nonexistent/token"}, "a") ==
        "config: cannot read '/nonexistent/token': No such file or directory");
}

TEST_CASE("plain http to a box on the network is warned of once, to this machine never") {
  CapturedLog log;
  http::Stop stop;

  for (const char* url : {"http://192.0.2.1", "http://127.0.0.1:80", "https://192.0.2.1"})
    freebox::open({.name = "free",
                   .url = url,
                   .credential = {.value = Secret("hush")},
                   .own = Options{.app_id = "fr.example.app"}},
                  stop);

  CHECK(log.text() ==
        "warn  free: 'http://192.0.2.1' is plain http: whoever listens on the way can "
        "use the session (a Freebox also answers on https://mafreebox.freebox.fr)\n");
}

TEST_CASE("what writes goes out once, with its body, and an empty result says nothing") {
  FreeboxBench bench;
  bench.box.with([](FakeFreebox& box) {
    box.bodies = {{"connection/config/", R"({"success":true,"result":{"wol":false}})"},
                  {"vpn/user/bob", R"({"success":true})"}};
  });
  auto device = bench.open();

  const Reply changed = device->call({.verb = "put",
                                      .target = "connection/config/",
                                      .args = {{"post_data", R"({"wol": false})"}}});
  CHECK(changed == Reply{{"wol", false}});
  CHECK(device->call(
            {.verb = "command", .target = "Vpn.Delete_a_VPN_User", .args = {{"login", "bob"}}}) ==
        nullptr);

  CHECK(bench.take_log() == Log{"GET /api_version", "GET login/", "POST login/session/",
                                R"(PUT connection/config/ {"wol": false})",
                                "DELETE vpn/user/bob "});
}

TEST_CASE("a session tells its permissions") {
  FreeboxBench bench;
  auto device = bench.open();

  CHECK(device->call({.verb = "session", .target = "permissions"}) ==
        Reply::parse(R"([{"permission":"home","granted":false},)"
                     R"({"permission":"settings","granted":true}])"));

  CHECK(bench.take_log() == Log{"GET /api_version", "GET login/", "POST login/session/"});
}

TEST_CASE("history is asked for in the way that the permissions allow") {
  FreeboxBench bench;
  bench.box.with([](FakeFreebox& box) {
    box.bodies = {{"rrd/", R"({"success":true,"result":{"data":{}}})"},
                  {"rrd/?db=net", R"({"success":true,"result":{"data":{}}})"}};
  });
  const Request request{.verb = "rrd", .args = {{"db", "net"}}};

  CHECK(bench.open()->call(request) == Reply::parse(R"({"data":{}})"));
  bench.box.with([](FakeFreebox& box) { box.settings = false; });
  CHECK(bench.open()->call(request) == Reply::parse(R"({"data":{}})"));

  Log asked = bench.take_log();
  std::erase_if(asked, [](const std::string& line) { return line.find("rrd") == line.npos; });
  CHECK(asked == Log{R"(POST rrd/ {"db":"net"})", "GET rrd/?db=net"});
}

TEST_CASE("an application is registered: asked for, waited for, and its token kept") {
  FreeboxBench bench;
  freebox::Registration registration(bench.config, bench.stop);

  registration.ask({.id = "fr.example.app", .name = "App", .version = "1", .device = "here"});
  CHECK(registration.status() == freebox::RegistrationStatus::pending);
  bench.box.with([](FakeFreebox& box) { box.verdict = "granted"; });
  CHECK(registration.status() == freebox::RegistrationStatus::granted);

  CHECK(freebox::token_file(registration.token()) == "right/token\nfr.example.app\n");
  CHECK(bench.take_log() ==
        Log{"GET /api_version",
            R"(POST login/authorize/ {"app_id":"fr.example.app","app_name":"App",)"
            R"("app_version":"1","device_name":"here"})",
            "GET login/authorize/42", "GET login/authorize/42"});
}

TEST_CASE("a registration that cannot be says what to do") {
  FreeboxBench bench;
  const auto asked = [&](const char* refuse, const char* verdict) -> std::string {
    bench.box.with([&](FakeFreebox& box) {
      box.refuse_registration = refuse;
      box.verdict = verdict;
    });
    freebox::Registration registration(bench.config, bench.stop);
    try {
      registration.ask({.id = "fr.example.app"});
      return std::string(way_out(registration.status()));
    } catch (const Error& error) {
      return std::string(name(error.kind())) + ": " + error.what();
    }
  };

  CHECK(asked("new_apps_denied", "") ==
        "auth: new_apps_denied: the box lets no new application in (allow it in Freebox OS: "
        "Gestion des accès) ('Refusé')");
  CHECK(asked("", "denied") ==
        "somebody refused it on the front of the box; start again and choose yes there");
  CHECK(asked("", "timeout") ==
        "nobody answered on the front of the box in time; start again and answer there while it "
        "asks");
  CHECK(asked("", "unknown") == "the box has forgotten the request; start again");
  CHECK(asked("", "maybe") ==
        "protocol: unknown status 'maybe' of the registration (known: pending, granted, denied, "
        "timeout, unknown)");
}

TEST_CASE("a box that replaces another one is named as such until it lets us in") {
  FreeboxBench bench;
  TokenFile folder("unused");
  bench.config.state_dir = folder.path.parent_path();
  CHECK(called(*bench.open()) == kUp);
  const std::filesystem::path known = bench.config.state_dir / "freebox" / "free.json";
  CHECK(read_file(known) == "{\n \"uid\": \"u\",\n \"url\": \"\"\n}\n");

  bench.box.with([](FakeFreebox& box) {
    box.uid = "other";
    box.token = "another/token";
  });
  CHECK(called(*bench.open()) ==
        "auth: login: this is another box than before: " + kInvalidToken.substr(13));
  bench.config.credential.value = Secret("another/token");
  CHECK(called(*bench.open()) == kUp);
  CHECK(read_file(known) == "{\n \"uid\": \"other\",\n \"url\": \"\"\n}\n");
}

TEST_CASE("a box that is to be found is asked first where it was") {
  FreeboxBench bench;
  TokenFile folder("unused");
  bench.config.state_dir = folder.path.parent_path();
  write_file(bench.config.state_dir / "freebox" / "free.json",
             R"({"uid":"u","url":")" + bench.config.url + R"("})");
  bench.config.url = "auto";

  CHECK(called(*bench.open()) == kUp);
}

TEST_CASE("a URL may name the API, with or without its version") {
  FreeboxBench bench;
  const std::string origin = bench.config.url;
  const Log asked = {"GET login/", "POST login/session/", "GET connection/", "POST login/logout/"};

  for (const char* path : {"/api/v16/", "/api/v16"}) {
    bench.config.url = origin + path;
    CHECK(called(*bench.open()) == kUp);
    CHECK(bench.take_log() == asked);
  }
  bench.config.url = origin + "/api/";
  CHECK(called(*bench.open()) == kUp);
  CHECK(bench.take_log().front() == "GET /api_version");
}

TEST_CASE("the version of the API can be fixed") {
  FreeboxBench bench;
  bench.config.own = Options{.app_id = "fr.example.app", .api_version = 17};

  CHECK(called(*bench.open()) ==
        "config: api_version 17 is newer than the box's 16.0; remove it, or take an older one");
}

}  // namespace boxmeter::freebox_session_test
