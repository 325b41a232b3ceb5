#include "publish/web.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "peer.h"
#include "publish/gzip.h"
#include "publish/own_series.h"
#include "publish/page.h"
#include "publish/status_json.h"

namespace boxmeter::web_test {

using namespace test;
using namespace std::chrono_literals;

namespace {

const Clock::time_point kNow{1h};
const WallClock::time_point kWall{1755936000123ms};

FamilyPtr family(const char* name, MetricType type = MetricType::gauge) {
  return std::make_shared<const Family>(Family{.name = name, .type = type, .help = "Help."});
}

Store one_box() {
  return Store({{.device = "home",
                 .kind = "fritzbox",
                 .interval = 30s,
                 .queries = {{"wan", 30s}, {"slow", 300s}}}});
}

void record(Store& store, const char* query, std::vector<Series> series,
            Clock::time_point asked = kNow) {
  store.record(std::make_shared<const Snapshot>(Snapshot{.device = "home",
                                                         .query = query,
                                                         .asked = asked,
                                                         .answered = kWall,
                                                         .series = std::move(series)}));
  store.end_turn("home", {.reached = true, .ended = asked});
}

Series value(const FamilyPtr& of, std::uint64_t number) { return {of, {{{}, Number(number)}}}; }

std::vector<Series> own_series() {
  std::vector<Series> all;
  for (const auto* name : {"boxmeter_a_info", "boxmeter_b", "boxmeter_r", "process_x"})
    all.push_back({family(name), {{{}, Number(std::uint64_t{1})}}});
  return all;
}

std::string joined(const std::vector<http::Chunk>& chunks) {
  std::string text;
  for (const auto& chunk : chunks) text += *chunk;
  return text;
}

/// The text of exactly one gzip member.
std::string unpacked(const std::string& packed) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    char block[65536];
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof block;
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(block, sizeof block - stream.avail_out);
  }
  CHECK(result == Z_STREAM_END);  // checksum and size are right
  CHECK(stream.avail_in == 0);    // nothing follows
  inflateEnd(&stream);
  return text;
}

std::string get(std::string_view path, std::string_view headers = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

bool contains(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

/// A running Web over a store.
struct Site {
  explicit Site(Store& store, std::vector<SinkStatus> sinks = {})
      : web({.listen = {"127.0.0.1:0"}}, store,
            {.sinks = [sinks = std::move(sinks)] { return sinks; }}),
        peer(web.ports()[0]) {}

  std::string ask(std::string_view path, std::string_view headers = "") {
    return peer.ask(get(path, headers));
  }

  Web web;
  Peer peer;
};

}  // namespace

TEST_CASE("pieces compressed apart make one gzip member") {
  const std::string texts[] = {"first ", std::string(3'000'000, 'x') + "end", "", "last"};
  GzipMember member;
  std::string packed = GzipMember::head(), text;
  for (const auto& piece : texts) {
    const auto one = deflated(piece);
    member.add(one);
    packed += one.bytes;
    text += piece;
  }
  packed += member.tail();

  CHECK(unpacked(packed) == text);
  CHECK(packed.size() < text.size() / 50);
}

TEST_CASE("incompressible bytes survive as well") {
  std::string noise(1'000'000, '\0');
  std::uint32_t state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  const auto piece = deflated(noise);
  GzipMember member;
  member.add(piece);

  CHECK(unpacked(GzipMember::head() + piece.bytes + member.tail()) == noise);
}

TEST_CASE("a body is one gzip member") {
  const std::string text = "first " + std::string(100'000, 'x');

  CHECK(unpacked(gzipped(text)) == text);
  CHECK(unpacked(gzipped("")).empty());
}

TEST_CASE("what is counted becomes series: sorted, with bounds that both formats take") {
  OwnSeries own(kWall);
  own.count_request("/metrics", 200, 700us);
  own.count_request("/", 404, 2s);
  own.count_request("/", 200, 10ms);

  const std::string page = own_families(own.collect({}), Exposition::text);

  CHECK(contains(page,
                 "# TYPE boxmeter_http_request_duration_seconds histogram\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"0.0005\"} 0\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"0.0025\"} 0\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"0.01\"} 1\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"0.05\"} 1\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"0.25\"} 1\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"1.5\"} 1\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/\",le=\"+Inf\"} 2\n"
                 "boxmeter_http_request_duration_seconds_sum{handler=\"/\"} 2.01\n"
                 "boxmeter_http_request_duration_seconds_count{handler=\"/\"} 2\n"
                 "boxmeter_http_request_duration_seconds_bucket{handler=\"/metrics\","));
  CHECK(contains(page,
                 "boxmeter_http_requests_total{code=\"200\",handler=\"/\"} 1\n"
                 "boxmeter_http_requests_total{code=\"200\",handler=\"/metrics\"} 1\n"
                 "boxmeter_http_requests_total{code=\"404\",handler=\"/\"} 1\n"));
  CHECK(page.starts_with("# HELP boxmeter_build_info The version that runs.\n"));
}

TEST_CASE("the served page says what render() says, packed or not") {
  Store store = one_box();
  record(store, "wan", {value(family("box_x"), 1), value(family("zz"), 3)});
  const auto own = own_series();
  Page page(store);

  for (const auto format : {Exposition::text, Exposition::openmetrics}) {
    const auto expected = render(store.view(kNow), own, format);
    CHECK(contains(expected, "zz{device=\"home\"} 3\n"));
    CHECK(joined(page.plain(own, format, kNow)) == expected);
    CHECK(unpacked(joined(page.gzip(own, format, kNow))) == expected);
    CHECK(joined(page.plain(own, format, kNow)) == expected);
  }
  record(store, "wan", {value(family("box_x"), 5)});
  CHECK(joined(page.plain(own, Exposition::text, kNow)) ==
        render(store.view(kNow), own, Exposition::text));
}

TEST_CASE("a page of only our own series is whole too") {
  Store store({});
  const auto own = own_series();
  Page page(store);

  for (const auto format : {Exposition::text, Exposition::openmetrics}) {
    const auto expected = render(store.view(kNow), own, format);
    CHECK(joined(page.plain(own, format, kNow)) == expected);
    CHECK(unpacked(joined(page.gzip(own, format, kNow))) == expected);
  }
}

TEST_CASE("the devices' part is made once for as long as nothing changes or expires") {
  Store store = one_box();
  record(store, "wan", {value(family("box_x"), 1)});
  const auto own = own_series();
  Page page(store);

  const auto first = page.plain(own, Exposition::text, kNow);
  CHECK(page.plain(own, Exposition::text, kNow + 89s).front() == first.front());
  CHECK(contains(*first.front(), "box_x"));
  const auto expired = page.plain(own, Exposition::text, kNow + 90s);
  CHECK(expired.front() != first.front());
  CHECK_FALSE(contains(joined(expired), "box_x"));
}

TEST_CASE("/metrics is negotiated, typed, and counts itself") {
  Store store = one_box();
  record(store, "wan", {value(family("box_x_total", MetricType::counter), 7)}, Clock::now());
  Site site(store);

  const auto text = site.ask("/metrics");
  CHECK(status_line(text) == "HTTP/1.1 200 OK");
  CHECK(has_line(text, "Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  CHECK(has_line(text, "Vary: Accept, Accept-Encoding"));
  CHECK(contains(text, "\n# TYPE box_x_total counter\nbox_x_total{device=\"home\"} 7\n"));
  CHECK(contains(text, "\nboxmeter_build_info{version=\"" BOXMETER_VERSION "\"} 1\n"));
  CHECK(contains(text, "\nboxmeter_config_last_reload_successful 1\n"));
  for (const auto* name :
       {"cpu_seconds_total", "open_fds", "max_fds", "virtual_memory_bytes",
        "virtual_memory_max_bytes", "resident_memory_bytes", "start_time_seconds"}) {
    CAPTURE(name);
    CHECK(contains(text, "\nprocess_" + std::string(name) + " "));
  }

  const auto open =
      site.ask("/metrics", "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n");
  CHECK(has_line(open, "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
  CHECK(contains(open, "\n# TYPE box_x counter\n"));
  CHECK(contains(open, "\nboxmeter_http_requests_total{code=\"200\",handler=\"/metrics\"} 1\n"));
  CHECK(contains(open, "\nboxmeter_http_request_duration_seconds_count{handler=\"/metrics\"} 1\n"));
  CHECK(open.ends_with("\n# EOF\n"));

  const auto packed = site.ask("/metrics", "Accept-Encoding: gzip\r\n");
  CHECK(has_line(packed, "Content-Encoding: gzip"));
  CHECK(contains(unpacked(body(packed)), "\nbox_x_total{device=\"home\"} 7\n"));
}

TEST_CASE("HEAD has the length of the page and not the page") {
  Store store = one_box();
  Site site(store);

  site.peer.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto answer = site.peer.rest();

  CHECK(status_line(answer) == "HTTP/1.1 200 OK");
  CHECK(contains(answer, "Content-Length: "));
  CHECK(body(answer) == "");
}

TEST_CASE("unknown paths, wrong methods and what is to come are refused in plain words") {
  Store store = one_box();
  Site site(store);
  const struct {
    const char *method, *path, *status, *text;
  } rows[] = {
      {"GET", "/metricsx", "HTTP/1.1 404 Not Found", "not found; see / for what is\n"},
      {"GET", "/-/healthy/", "HTTP/1.1 404 Not Found", "not found; see / for what is\n"},
      {"POST", "/metrics", "HTTP/1.1 405 Method Not Allowed",
       "POST is not for this path; it takes GET, HEAD\n"},
      {"GET", "/-/reload", "HTTP/1.1 405 Method Not Allowed",
       "GET is not for this path; it takes POST\n"},
      {"GET", "/probe", "HTTP/1.1 400 Bad Request",
       "a probe needs one 'target', the name of a device: /probe?target=DEVICE\n"},
      {"GET", "/probe?target=home", "HTTP/1.1 404 Not Found", "no device is asked here\n"},
      {"GET", "/sd?what=1", "HTTP/1.1 400 Bad Request",
       "unknown filter 'what' (known: device, kind, pack, shard, poll, label.NAME)\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const auto answer =
        site.peer.ask(std::string(row.method) + " " + row.path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(status_line(answer) == row.status);
    CHECK(body(answer) == row.text);
  }
  CHECK(has_line(site.peer.ask("PUT / HTTP/1.1\r\nHost: x\r\n\r\n"), "Allow: GET, HEAD"));
  CHECK(contains(site.ask("/metrics"),
                 "\nboxmeter_http_requests_total{code=\"404\",handler=\"other\"} 2\n"));
}

TEST_CASE("no answer may be framed or guessed at") {
  Store store = one_box();
  Site site(store);

  for (const auto* path : {"/", "/metrics", "/devices", "/nowhere"}) {
    CAPTURE(path);
    const auto answer = site.ask(path);
    CHECK(has_line(answer, "X-Content-Type-Options: nosniff"));
    CHECK(has_line(answer, "X-Frame-Options: DENY"));
    CHECK(contains(answer, "\r\nContent-Security-Policy: default-src 'none'; "));
  }
}

TEST_CASE("boxmeter is healthy at once, and ready when every device had its turn") {
  Store store = one_box();
  Site site(store);

  CHECK(body(site.ask("/-/healthy")) == "boxmeter is healthy\n");
  const auto early = site.ask("/-/ready");
  CHECK(status_line(early) == "HTTP/1.1 503 Service Unavailable");
  CHECK(body(early) == "not every device has been asked yet\n");

  store.end_turn("home", {});
  const auto late = site.ask("/-/ready");
  CHECK(status_line(late) == "HTTP/1.1 200 OK");
  CHECK(body(late) == "boxmeter is ready\n");
}

TEST_CASE("scrapes whose answers nobody reads keep nobody else from reading") {
  Store store = one_box();
  Series many{family("box_many"), {}};
  for (int i = 0; i < 100'000; ++i)
    many.points.push_back({{{"name", std::string(80, 'x') + std::to_string(i)}}, Number(1.5)});
  record(store, "wan", {many}, Clock::now());
  Site site(store);

  std::vector<Peer> lazy;
  for (int i = 0; i < 100; ++i) {
    lazy.emplace_back(site.web.ports()[0]);
    lazy.back().send(get("/metrics"));
  }

  const auto answer = Peer(site.web.ports()[0]).ask(get("/metrics"));
  CHECK(status_line(answer) == "HTTP/1.1 200 OK");
  CHECK(body(answer).size() > 10'000'000);
}

TEST_CASE("the series of push are told per sink") {
  const SinkStatus sink{.name = "a",
                        .queued_objects = 2,
                        .queued_bytes = 300,
                        .oldest = kWall,
                        .sent = 7,
                        .failures = {{"network", 1}},
                        .dropped = {{"full", 4}, {"too_large", 5}}};

  const auto page = render(Store({}).view(kNow), push_series({sink}), Exposition::text);

  for (const auto* line : {
           "\nboxmeter_push_queue_objects{sink=\"a\"} 2\n",
           "\nboxmeter_push_queue_bytes{sink=\"a\"} 300\n",
           "\nboxmeter_push_oldest_timestamp_seconds{sink=\"a\"} 1755936000.123\n",
           "\nboxmeter_push_sent_total{sink=\"a\"} 7\n",
           "\nboxmeter_push_failures_total{sink=\"a\",reason=\"network\"} 1\n",
           "\nboxmeter_push_dropped_total{sink=\"a\",reason=\"full\"} 4\n",
           "\nboxmeter_push_dropped_total{sink=\"a\",reason=\"too_large\"} 5\n",
       }) {
    CAPTURE(std::string(line));
    CHECK(contains(page, line));
  }
  CHECK(render(Store({}).view(kNow), push_series({}), Exposition::text) == "");
}

TEST_CASE("/devices tells the whole state as JSON") {
  DeviceStatus device{.name = "home",
                      .kind = "fritzbox",
                      .answered = true,
                      .last_success = kWall,
                      .failure = Failure{ErrorKind::timeout, "no \xFF answer"},
                      .failed = kWall + 30s,
                      .polls = 3,
                      .permissions = {{"settings", false}}};
  device.failures[ErrorKind::timeout] = 1;
  device.queries.push_back({.name = "wan",
                            .asked = true,
                            .up = true,
                            .last_success = kWall,
                            .took = 1500ms,
                            .series = 4});
  device.queries.push_back({.name = "dsl"});

  const auto page = nlohmann::json::parse(
      devices_json({device}, {{.name = "telegraf", .sent = 7, .last_error = "HTTP 400"}}));

  CHECK(page == nlohmann::json::parse(R"({
    "version": ")" BOXMETER_VERSION R"(",
    "devices": [{
      "name": "home", "kind": "fritzbox", "polled": true, "up": false, "answered": true,
      "last_success": "2025-08-23T08:00:00.123Z",
      "failure": {"reason": "timeout", "message": "no � answer"},
      "failed": "2025-08-23T08:00:30.123Z",
      "polls": 3, "skipped": 0, "lag_seconds": 0.0, "turn_duration_seconds": 0.0, "logins": 0,
      "permissions": {"settings": false}, "series": 0,
      "failures": {"timeout": 1}, "dropped": {}, "gone": [],
      "queries": [
        {"name": "wan", "asked": true, "up": true, "state": "supported",
         "last_success": "2025-08-23T08:00:00.123Z", "duration_seconds": 1.5, "series": 4,
         "failure": null},
        {"name": "dsl", "asked": false, "up": false, "state": null, "last_success": null,
         "duration_seconds": 0.0, "series": 0, "failure": null}]
    }],
    "sinks": [{"name": "telegraf", "queued_objects": 0, "queued_bytes": 0, "oldest": null,
               "sent": 7, "failures": {}, "dropped": {}, "last_error": "HTTP 400"}]
  })"));
}

TEST_CASE("the addresses are those that were bound") {
  Store store({});
  const Web web({.listen = {"127.0.0.1:0", "[::1]:0"}}, store, {});

  CHECK(web.addresses() ==
        std::vector<std::string>{"http://127.0.0.1:" + std::to_string(web.ports()[0]) + "/",
                                 "http://[::1]:" + std::to_string(web.ports()[1]) + "/"});
}

}  // namespace boxmeter::web_test
