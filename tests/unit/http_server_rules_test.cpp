#include <doctest/doctest.h>

#include <chrono>

#include "http/server.h"
#include "peer.h"

namespace boxmeter::http_server_rules_test {

// RFC 9110 and 9112, as far as a client can see whether a server holds to them.
using namespace test;
using http::Server;
using http::ServerRequest;
using http::ServerResponse;
using namespace std::chrono_literals;

namespace {

ServerResponse echo(const ServerRequest& request) {
  return ServerResponse::text(200, request.method + " " + request.target + " " + request.path);
}

/// All that comes back to `bytes` until the server closes.
std::string answer_to(std::string_view bytes) {
  Server server({.request_deadline = 5s}, echo);
  Peer peer(server.ports()[0]);
  peer.send(bytes);
  return peer.rest();
}

/// Of a request that the server does not close by itself.
std::string one_answer_to(std::string_view bytes) {
  Server server({}, echo);
  return Peer(server.ports()[0]).ask(bytes);
}

}  // namespace

TEST_CASE("a request of HTTP/1.1 has one Host, with a host in it") {
  for (const auto* bad : {
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: me@a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
           "GET / HTTP/1.0\r\nHost: a b\r\n\r\n",
       }) {
    CAPTURE(bad);
    const auto answer = answer_to(bad);
    CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(has_line(answer, "Connection: close"));
    CHECK(body(answer) == "the request must have one Host header, with a host in it\n");
  }
  CHECK(body(answer_to("GET / HTTP/1.0\r\n\r\n")) == "GET / /");
  for (const auto* host : {"", "fritz.box", "192.0.2.1:9877", "[::1]:9877", "a_b:"}) {
    CAPTURE(host);
    CHECK(body(one_answer_to("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n")) ==
          "GET / /");
  }
}

TEST_CASE("a target may be an absolute URL, whose host means nothing here") {
  const auto target = [](const std::string& text) {
    return body(one_answer_to("GET " + text + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  };

  CHECK(target("http://192.0.2.1:9877/a%20b?c=d") == "GET /a%20b?c=d /a b");
  CHECK(target("HTTPS://fritz.box") == "GET / /");
  CHECK(target("http://fritz.box?c=d") == "GET /?c=d /");
  CHECK(target("/a#b") == "GET /a /a");
  for (const auto* bad : {"metrics", "ftp://x/", "http://", "http://me:pw@x/", "*", "?a=b"}) {
    CAPTURE(bad);
    const auto answer = answer_to("GET " + std::string(bad) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(body(answer) == "the target of the request is no path and no URL\n");
  }
}

TEST_CASE("OPTIONS * is answered for the server itself") {
  const auto answer = one_answer_to("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");

  CHECK(status_line(answer) == "HTTP/1.1 204 No Content");
  CHECK(answer.find("Content-") == std::string::npos);
  CHECK(body(one_answer_to("OPTIONS /a HTTP/1.1\r\nHost: x\r\n\r\n")) == "OPTIONS /a /a");
}

TEST_CASE("`Connection: close` wins over keep-alive") {
  for (const auto* version : {"HTTP/1.1", "HTTP/1.0"}) {
    const auto answer = answer_to("GET / " + std::string(version) +
                                  "\r\nHost: x\r\nConnection: close\r\n"
                                  "Connection: keep-alive\r\n\r\n");
    CHECK(has_line(answer, "Connection: close"));
    CHECK(answer.find("eep-") == std::string::npos);
  }
}

TEST_CASE("a method that HTTP does not define is not implemented") {
  for (const auto* method : {"BREW", "get", "CONNECT", "PRI"}) {
    CAPTURE(method);
    const auto answer = answer_to(std::string(method) + " / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(status_line(answer) == "HTTP/1.1 501 Not Implemented");
    CHECK(body(answer) == "the method is not known here\n");
  }
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"})
    CHECK(body(one_answer_to(method + " / HTTP/1.1\r\nHost: x\r\n\r\n")) == method + " / /");
}

TEST_CASE("another minor version of HTTP/1 is served, another major version is refused") {
  CHECK(body(one_answer_to("GET / HTTP/1.2\r\nHost: x\r\n\r\n")) == "GET / /");
  CHECK(status_line(answer_to("GET / HTTP/2.0\r\nHost: x\r\n\r\n")) ==
        "HTTP/1.1 505 HTTP Version Not Supported");
  for (const auto* bad : {"GET / HTTP/11", "GET / http/1.1", "GET / HTTP/1.1 ", "GET /",
                          "GET  / HTTP/1.1", "GET /a b HTTP/1.1", "G@T / HTTP/1.1"}) {
    CAPTURE(bad);
    CHECK(body(answer_to(std::string(bad) + "\r\nHost: x\r\n\r\n")) ==
          "the request is not HTTP/1.1\n");
  }
}

TEST_CASE("every answer has a date, refusals too") {
  const auto date_of = [](const std::string& answer) {
    const auto at = answer.find("\r\nDate: ");
    REQUIRE(at != std::string::npos);
    return answer.substr(at + 8, answer.find("\r\n", at + 2) - at - 8);
  };

  for (const auto& date : {date_of(one_answer_to("GET / HTTP/1.1\r\nHost: x\r\n\r\n")),
                           date_of(answer_to("nonsense\r\n\r\n"))}) {
    CAPTURE(date);
    std::tm read{};
    const char* end = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &read);
    REQUIRE(end != nullptr);
    CHECK(*end == '\0');
    const auto told = std::chrono::system_clock::from_time_t(::timegm(&read));
    CHECK(std::chrono::abs(std::chrono::system_clock::now() - told) < 60s);
  }
}

TEST_CASE("trailers are held to the rules of headers") {
  const std::string chunked =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";

  CHECK(body(one_answer_to(chunked + "X-Sum: 1\r\n\r\n")) == "POST / /");
  for (const auto* bad : {"no colon\r\n\r\n", "X : a\r\n\r\n", "X: a\r\n folded\r\n\r\n",
                          "GET / HTTP/1.1\r\n\r\n", "X: \x01\r\n\r\n"}) {
    CAPTURE(bad);
    CHECK(status_line(answer_to(chunked + bad)) == "HTTP/1.1 400 Bad Request");
  }
}

TEST_CASE("who speaks TLS to the plain port is told at once, in plain words") {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();

  const auto answer =
      answer_to(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));

  CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
  CHECK(body(answer) == "this port speaks http\n");
  CHECK(Clock::now() - start < 2s);
}

TEST_CASE("a line that ends with LF alone is refused at once") {
  using Clock = std::chrono::steady_clock;
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto start = Clock::now();

  for (const auto& bare :
       {std::string("GET / HTTP/1.1\n"), std::string("\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\n"), chunked + "1\n", chunked + "0\r\nX: y\n"}) {
    CAPTURE(bare);
    CHECK(body(answer_to(bare)) == "a line of the request does not end with CR LF\n");
  }
  CHECK(status_line(answer_to(chunked + "1\r\na\n")) == "HTTP/1.1 400 Bad Request");
  CHECK(status_line(answer_to("GET / HTTP/1.1\r\nHost: x\r\nX: a\r\r\n\r\n")) ==
        "HTTP/1.1 400 Bad Request");
  CHECK(Clock::now() - start < 3s);
}

TEST_CASE("how long a body is must be clear") {
  for (const auto* bad :
       {"Content-Length:\r\n", "Transfer-Encoding: chunked\r\nContent-Length:\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: 0x5\r\n"}) {
    CAPTURE(bad);
    const auto answer = answer_to("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(bad) + "\r\n");
    CHECK(body(answer) == "the length of the body is not clear\n");
  }
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto* bad : {"\r\n", " 1\r\n", "0x1\r\n", "1 2\r\n", "-1\r\n", "1;\x01\r\n"}) {
    CAPTURE(bad);
    CHECK(body(answer_to(chunked + bad)) == "a chunk of the body is not HTTP/1.1\n");
  }
}

TEST_CASE("a header of a handler cannot end the head") {
  Server server({}, [](const ServerRequest& request) {
    auto response = ServerResponse::text(200, "");
    response.headers = {{"X-Path", request.path}, {"X-Good", "1"}};
    return response;
  });

  const auto answer =
      Peer(server.ports()[0]).ask("GET /a%0d%0aX-Bad:%201 HTTP/1.1\r\nHost: x\r\n\r\n");

  CHECK(answer.find("X-Bad") == std::string::npos);
  CHECK(has_line(answer, "X-Good: 1"));
}

}  // namespace boxmeter::http_server_rules_test
