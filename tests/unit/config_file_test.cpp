#include <doctest/doctest.h>
#include <re2/re2.h>
#include <spdlog/fmt/fmt.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <type_traits>

#include "base/file.h"
#include "base/text.h"
#include "config_folder.h"
#include "device/freebox/options.h"

namespace boxmeter::config_file_test {

using namespace test;
using namespace std::chrono_literals;

namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!fmt::is_formattable<Secret>::value, "a secret must not be formatted");
static_assert(!Printable<Secret>, "a secret must not be streamed");
static_assert(!std::is_constructible_v<nlohmann::json, Secret>, "a secret must not become JSON");
static_assert(!std::is_convertible_v<Secret, std::string>, "a secret is no string");
static_assert(!fmt::is_formattable<Credential>::value && !Printable<Credential>);

std::string shown(const http::TlsPolicy& tls) {
  return fmt::format("tls {} {} {} {}", static_cast<int>(tls.mode), tls.ca_file.string(), tls.pin,
                     tls.known_key.string());
}

std::string shown(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += name + "=" + value + " ";
  return text;
}

std::string app_id_of(const DeviceConfig& device) {
  return device.kind == "freebox" ? own_options<freebox::Options>(device).app_id : "";
}

std::string shown(const Job& job) {
  const DeviceConfig& device = job.device;
  std::string text = fmt::format(
      "{} {} {} user '{}' file '{}' app '{}' {} timeout {} interval {} labels {}queries",
      device.name, device.kind, device.url, device.username, device.credential.file.string(),
      app_id_of(device), shown(device.tls), device.timeout.count(), device.interval.count(),
      shown(device.labels));
  for (const QueryPtr& query : job.queries) text += " " + query->name;
  return text + "\n";
}

std::string shown(const SinkOptions& sink) {
  std::string text = fmt::format(
      "{} {} format {} body {} queue {} interval {} timeout {} user '{}' "
      "gzip {} {}",
      sink.name, sink.url, sink.format->name, sink.max_body, sink.max_queue, sink.interval.count(),
      sink.timeout.count(), sink.username, sink.gzip, shown(sink.tls));
  for (const auto& name : sink.devices) text += " device " + name;
  for (const auto& name : sink.queries) text += " query " + name;
  for (const auto& [name, value] : sink.headers) text += " header " + name + "=" + value;
  for (const auto& [name, labels] : sink.device_labels)
    text += " labels " + name + " " + shown(labels);
  return text + "\n";
}

/// Everything in a configuration that can be printed.
std::string shown(const Config& config) {
  std::string text;
  for (const auto& address : config.web.listen) text += "listen " + address + "\n";
  text += fmt::format("state {} workers {} limit {} log {} {}\n", config.state_dir.string(),
                      config.poll.workers, config.poll.series_limit, config.log.level,
                      config.log.format);
  for (const Job& job : config.jobs) text += shown(job);
  for (const SinkOptions& sink : config.push) text += shown(sink);
  for (const auto& warning : config.warnings) text += "warning " + warning + "\n";
  return text;
}

const char* const kWhole = R"(
web: {listen: ["127.0.0.1:9877", "[::1]:9877"]}
state_dir: state
query_files: [mine.yml]
poll: {interval: 20s, timeout: 5s, series_limit: 100, workers: 7}
devices:
  - name: home
    kind: fritzbox
    url: https://192.0.2.1
    username: monitor
    password_file: fritz.password
    interval: 1m
    labels: {site: attic}
    queries: [mine, -mine_b, mine_c]
  - name: free
    kind: freebox
    app_token_file: freebox.token
    timeout: 3s
    queries: freebox_mine
push:
  - name: telegraf
    url: https://127.0.0.1:8182/telegraf?x=1
    format: raw
    max_body: 5KB
    max_queue: 1MiB
    interval: 30s
    timeout: 2s
    devices: [free]
    queries: [other]
    headers: {X-Site: attic}
    username: pusher
    password_file: push.password
    tls: insecure
    gzip: true
  - {name: second, url: "http://127.0.0.1:8183", bearer_token: hunter2-bearer}
log: {level: debug, format: json}
)";

void write_whole(const ConfigFolder& folder) {
  folder.write("mine.yml", R"(pack: mine
kind: fritzbox
queries:
  - {name: mine_a, request: {tr064: DeviceInfo1.GetInfo}, metrics: []}
  - {name: mine_b, request: {tr064: DeviceInfo1.GetInfo}, metrics: []}
  - {name: mine_c, request: {tr064: DeviceInfo1.GetInfo}, metrics: []}
)");
  folder.write("other.yml", R"(pack: other
kind: freebox
queries:
  - {name: freebox_mine, request: {get: system/}, metrics: []}
)");
  folder.write("fritz.password", "hunter2-fritz\n");
  folder.write("freebox.token", "hunter2-token\nsome.app\n");
  folder.write("push.password", "hunter2-push\r\n");
}

/// The whole configuration above, with both packs.
Config load_whole(const ConfigFolder& folder) {
  write_whole(folder);
  std::string text = kWhole;
  RE2::GlobalReplace(&text, "mine\\.yml", "mine.yml, other.yml");
  return folder.load(text);
}

}  // namespace

TEST_CASE("a whole configuration becomes option structs") {
  const ConfigFolder folder;

  const Config config = load_whole(folder);

  CHECK(
      shown(config) ==
      "listen 127.0.0.1:9877\nlisten [::1]:9877\n"
      "state state workers 7 limit 100 log debug json\n"
      "home fritzbox https://192.0.2.1:49443 user 'monitor' file 'fritz.password' app '' tls 1   "
      "state/pins/home timeout 5000 interval 60000 labels site=attic queries mine_a mine_c\n"
      "free freebox https://mafreebox.freebox.fr user '' file 'freebox.token' app 'some.app' "
      "tls 0    timeout 3000 interval 20000 labels queries freebox_mine\n"
      "telegraf https://127.0.0.1:8182/telegraf?x=1 format raw body 5000 queue 1048576 interval "
      "30000 timeout 2000 user 'pusher' gzip true tls 4    device free query freebox_mine header "
      "X-Site=attic labels home site=attic \n"
      "second http://127.0.0.1:8183 format json body 0 queue 16777216 interval 10000 timeout 5000 "
      "user '' gzip false tls 0    labels home site=attic \n");
  CHECK(config.jobs[0].device.credential.value.reveal() == "hunter2-fritz");
  CHECK(config.jobs[1].device.credential.value.reveal() == "hunter2-token");
  CHECK(config.push[0].password.reveal() == "hunter2-push");
  CHECK(config.push[1].bearer_token.reveal() == "hunter2-bearer");
}

TEST_CASE("what a brand is configured with is not taken for another brand's") {
  const ConfigFolder folder;
  const Config config = load_whole(folder);

  CHECK_THROWS_WITH_AS(own_options<freebox::Options>(config.jobs[0].device),
                       "device 'home' has another kind's options", Error);
  CHECK(own_options<freebox::Options>({.name = "bare"}).api_version == 0);
}

TEST_CASE("no secret is in anything that a configuration prints") {
  const ConfigFolder folder;
  const Variable password("BOXMETER_TEST_PASSWORD", "hunter2-env");

  CHECK(shown(load_whole(folder)).find("hunter2") == std::string::npos);
  // Mistakes right beside a secret, and in it.
  for (const char* const text :
       {"devices: [{name: home, kind: fritzbox, password: hunter2, passwort: hunter2}]",
        "devices: [{name: home, kind: fritzbox, password: [hunter2]}]",
        "devices: [{name: home, kind: fritzbox, password: {hunter2: hunter2}}]",
        "devices: [{name: home, kind: fritzbox, password: \"hunter2${\"}]",
        "devices: [{name: home, kind: fritzbox, password: '${BOXMETER_TEST_PASSWORD}', url: ''}]",
        "devices: [{name: home, kind: freebox, app_token: hunter2}]",
        "devices: [{name: home, kind: fritzbox, url: 'http://monitor:hunter2@192.0.2.1'}]",
        "devices: [{name: home, kind: fritzbox, url: 'monitor:hunter2@192.0.2.1:x'}]"}) {
    const std::string complaint = folder.complaint(text);
    CAPTURE(text);
    CHECK(complaint != "");
    CHECK(complaint.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("what is not said has its default") {
  const ConfigFolder folder;
  const Variable state("STATE_DIRECTORY", "/srv/one:/srv/two");

  const Config config = folder.load(
      "devices:\n  - {name: home, kind: fritzbox, password: x, queries: fritzbox_device}\n");

  CHECK(config.web.listen == std::vector<std::string>{"127.0.0.1:9877"});
  CHECK(config.state_dir == "/srv/one");
  CHECK(config.poll.workers == 0);
  CHECK(config.poll.series_limit == 2000);
  CHECK(config.log.level == "info");
  CHECK(config.log.format == "logfmt");
  CHECK(config.push.empty());
  CHECK(config.jobs.at(0).device.url == "http://169.254.1.1:49000");
  CHECK(config.jobs[0].device.timeout == 10s);
  CHECK(config.jobs[0].device.interval == 30s);
  CHECK(config.jobs[0].device.tls.mode == http::TlsMode::system);
}

TEST_CASE("a device without queries gets the pack of its kind, or that less what is taken away") {
  const ConfigFolder folder;
  const auto names = [&](const std::string& queries) {
    const Config config =
        folder.load("devices: [{name: home, kind: fritzbox, password: x" + queries + "}]\n");
    std::vector<std::string> all;
    for (const QueryPtr& query : config.jobs.at(0).queries) all.push_back(query->name);
    return all;
  };

  const auto all = names("");
  REQUIRE(all.size() >= 2);
  CHECK(names(", queries: fritzbox") == all);
  CHECK(names(", queries: [fritzbox, fritzbox]") == all);
  CHECK(names(", queries: [-" + all[0] + "]") == std::vector(all.begin() + 1, all.end()));
  CHECK(names(", queries: [" + all[1] + ", fritzbox]").front() == all[1]);
  CHECK(names(", queries: [" + all[1] + ", fritzbox]").size() == all.size());
}

TEST_CASE("FRITZ_USERNAME and FRITZ_PASSWORD serve the one fritzbox there is") {
  const ConfigFolder folder;
  const Variable username("FRITZ_USERNAME", "someone");
  const Variable password("FRITZ_PASSWORD", "from outside");
  const char* const freebox = "  - {name: free, kind: freebox, app_token: x, app_id: y}\n";

  const Config one =
      folder.load(std::string("devices:\n  - {name: home, kind: fritzbox}\n") + freebox);
  const Config own =
      folder.load("devices:\n  - {name: home, kind: fritzbox, username: me, password: mine}\n");
  const Config two = folder.load(
      "devices:\n  - {name: a, kind: fritzbox, password: x}\n  - {name: b, kind: fritzbox, "
      "password: y}\n");

  CHECK(one.jobs.at(0).device.username == "someone");
  CHECK(one.jobs.at(0).device.credential.value.reveal() == "from outside");
  CHECK(one.jobs.at(1).device.username == "");
  CHECK(own.jobs.at(0).device.username == "me");
  CHECK(own.jobs.at(0).device.credential.value.reveal() == "mine");
  CHECK(two.jobs.at(0).device.username == "");
}

TEST_CASE("a Fritz!Box without a password is warned of") {
  const ConfigFolder folder;

  const Config config =
      folder.load("devices:\n  - {name: home, kind: fritzbox, queries: fritzbox_device}\n");

  CHECK(joined(config.warnings, "\n") ==
        "boxmeter.yml:2:5: device 'home' has no password; a Fritz!Box "
        "says little without one (give it password_file or password)");
}

TEST_CASE("a secret that every user of the machine can read is warned of") {
  const ConfigFolder folder;
  folder.write("secrets/fritz", "x\n", 0644);

  const Config config = folder.load(
      "devices:\n  - {name: home, kind: fritzbox, password_file: secrets/fritz, queries: "
      "fritzbox_device}\n");

  CHECK(joined(config.warnings, "\n") ==
        "boxmeter.yml:2:49: every user of this machine can read "
        "'secrets/fritz' (chmod o-r it)");
}

TEST_CASE("files beside the configuration are found from anywhere") {
  const ConfigFolder folder;
  folder.write("inner/fritz.password", "secret");
  folder.write("inner/boxmeter.yml",
               "state_dir: state\ndevices:\n  - {name: home, kind: fritzbox, password_file: "
               "fritz.password}\n");

  const Config config = load_config("inner/boxmeter.yml", shipped_kinds());

  CHECK(config.state_dir == "inner/state");
  CHECK(config.jobs.at(0).device.credential.file == "inner/fritz.password");
}

TEST_CASE("the file of a Freebox's token has one line or two") {
  const ConfigFolder folder;
  const auto complaint = [&](const std::string& content, const std::string& keys) {
    folder.write("t", content);
    return folder.complaint("devices: [{name: free, kind: freebox, app_token_file: t" + keys +
                            "}]");
  };

  CHECK(complaint("token\nsome.app\n", "") == "");
  CHECK(complaint("token\n", ", app_id: some.app") == "");
  CHECK(complaint("token\nsome.app\n", ", app_id: some.app") == "");
  CHECK(complaint("token\nsome.app\n", ", app_id: other.app") ==
        "boxmeter.yml:1:66: 'app_id' and the second line of 't' differ; remove one of them");
  CHECK(complaint("a\nb\nc\n", "") ==
        "boxmeter.yml:1:55: 't': more than two lines (expected: the app token, and on a second "
        "line the app id)");
  CHECK(complaint("\n", "") == "boxmeter.yml:1:55: 't' is empty");
}

TEST_CASE("a pattern without a match and a sink that gets nothing are warned of") {
  const ConfigFolder folder;

  const Config config = folder.load(R"(query_files: [packs/*.yml]
devices:
  - {name: home, kind: fritzbox, password: x, queries: fritzbox_device}
push:
  - {name: telegraf, url: "http://127.0.0.1:1/", queries: [freebox]}
)");

  CHECK(
      config.warnings ==
      std::vector<std::string>{
          "boxmeter.yml:1:15: no file matches 'packs/*.yml' of 'query_files'",
          "boxmeter.yml:5:5: push 'telegraf' gets nothing: no device asks a query that it wants"});
}

TEST_CASE("a missing configuration is an error that names it") {
  CHECK_THROWS_WITH_AS(load_config("no-such.yml", shipped_kinds()),
                       "cannot read 'no-such.yml': No such file or directory", Error);
}

TEST_CASE("the documented example loads as it is, without a warning") {
  const Config config = load_config(source_root() / "config/boxmeter.yml", shipped_kinds());

  CHECK(joined(config.warnings, "\n") == "");
  REQUIRE(config.jobs.size() == 2);
  CHECK(config.jobs[0].device.name == "home");
  CHECK(config.jobs[1].device.name == "free");
}

TEST_CASE("the settings that the example only shows would load too") {
  const auto root = source_root();
  const ConfigFolder folder;
  folder.write("fritz.password", "x");
  folder.write("freebox.token", "x\n");
  folder.write("telegraf.password", "x");
  folder.write("web.yml", read_file(root / "config/web.yml"));
  std::string text = read_file(root / "config/boxmeter.yml");
  // "#key: value" is a setting that is switched off; it takes the place of the secret in the file.
  RE2::GlobalReplace(&text, "\n( *)#([^ \n])", "\n\\1\\2");
  RE2::GlobalReplace(&text, "\n#( {2,})", "\n\\1");
  RE2::GlobalReplace(&text, "\n *(password|app_token): change-me[^\n]*", "");

  const Config config = folder.load(text);

  CHECK(config.push.size() == 1);
  CHECK(config.poll.workers == 16);
  CHECK(config.jobs.at(0).device.credential.file == "fritz.password");
}

TEST_CASE("the demo takes its addresses from the environment") {
  const Variable fritzbox("BOXMETER_DEMO_FRITZBOX", "http://127.0.0.1:4001");
  const Variable freebox("BOXMETER_DEMO_FREEBOX", "http://127.0.0.1:4002");

  const Config config = load_config(source_root() / "config/demo.yml", shipped_kinds());

  CHECK(config.jobs.at(0).device.url == "http://127.0.0.1:4001");
  CHECK(config.jobs.at(1).device.url == "http://127.0.0.1:4002");
}

}  // namespace boxmeter::config_file_test
