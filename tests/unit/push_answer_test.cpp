#include <doctest/doctest.h>
#include <zlib.h>

#include "publish/answer_text.h"
#include "publish/post.h"

namespace boxmeter::push_answer_test {

using namespace std::chrono_literals;

namespace {

std::string unpacked(const std::string& packed) {
  std::string text(1 << 16, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("Retry-After is seconds or any of the three forms of an HTTP date") {
  const WallClock::time_point now{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT
  const std::chrono::milliseconds year = 365 * 24h;

  CHECK(retry_after("3", now) == 3000ms);
  CHECK(retry_after(" 120 ", now) == 120s);
  CHECK(retry_after("0", now) == 0ms);
  CHECK(retry_after("99999999999999999999999", now) == year);
  CHECK(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60s);
  CHECK(retry_after("Sunday, 06-Nov-94 08:50:37 GMT", now) == 60s);
  CHECK(retry_after("Sun Nov  6 08:50:37 1994", now) == 60s);
  CHECK(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now) == 0ms);
  CHECK(retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now) == year);
  for (const char* bad : {"", " ", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:50:37 CET"})
    CHECK_FALSE(retry_after(bad, now).has_value());
}

TEST_CASE("of a listener's answer a log line gets the first line, short and printable") {
  CHECK(first_line("") == "");
  CHECK(first_line("\n  Unauthorized.\nmore") == "Unauthorized.");
  CHECK(first_line("a\tb\x1B[31m\r\nmore") == "a b [31m");
  CHECK(first_line("K\xFC") == "K\xEF\xBF\xBD");
  CHECK(first_line(std::string(500, 'x')) == std::string(200, 'x'));
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "ü";
  CHECK(first_line(umlauts) == umlauts.substr(0, 400));
}

TEST_CASE("a body is posted as JSON under our name, with the sink's own headers before ours") {
  const SinkOptions plain{.name = "t", .url = "http://127.0.0.1:1/telegraf"};
  const SinkOptions own{.name = "t",
                        .url = "http://127.0.0.1:1/telegraf",
                        .headers = {{"content-type", "text/plain"}, {"X-Scope", "home"}},
                        .bearer_token = Secret("opensesame")};

  const auto request = post_request(plain, "[1]");

  CHECK(request.method == http::Method::post);
  CHECK(request.url == "http://127.0.0.1:1/telegraf");
  CHECK(request.body == "[1]");
  CHECK(request.headers == Headers{{"Content-Type", "application/json"},
                                   {"User-Agent", "boxmeter/" BOXMETER_VERSION}});
  CHECK(post_request(own, "[1]").headers == Headers{{"content-type", "text/plain"},
                                                    {"X-Scope", "home"},
                                                    {"User-Agent", "boxmeter/" BOXMETER_VERSION},
                                                    {"Authorization", "Bearer opensesame"}});
}

TEST_CASE("with gzip the body is packed and says so") {
  const std::string body(5000, 'x');

  const auto request = post_request({.name = "t", .gzip = true}, body);

  CHECK(request.headers.back() == std::pair<std::string, std::string>{"Content-Encoding", "gzip"});
  CHECK(request.body.size() < 200);
  CHECK(unpacked(request.body) == body);
}

TEST_CASE("a listener that echoes the sink's secrets does not bring them into the log") {
  const SinkOptions sink{.name = "t",
                         .headers = {{"X-Key", "0123456789"}},
                         .username = "u",
                         .password = Secret("opensesame"),
                         .bearer_token = Secret("token-1")};
  const http::Response response{
      .status = 429,
      .headers = {{"retry-after", "7"}},
      .body = "no: opensesame, opensesame and token-1 of 0123456789\nsecond line"};

  const PushAnswer answer = push_answer(sink, response, WallClock::now());

  CHECK(answer.status == 429);
  CHECK(answer.body == "no: ***, *** and *** of ***");
  CHECK(answer.retry_after == 7s);
}

}  // namespace boxmeter::push_answer_test
