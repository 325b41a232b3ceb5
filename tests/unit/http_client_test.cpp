#include <doctest/doctest.h>

#include <sstream>

#include "captured_log.h"
#include "error_of.h"
#include "gzipped_zeros.h"
#include "http/channel.h"
#include "http/client.h"
#include "http/encode.h"
#include "raw_server.h"

namespace boxmeter::http_client_test {

using namespace http;
using testing::always;
using testing::error_of;
using testing::gzipped_zeros;
using testing::Peer;
using testing::RawServer;

TEST_CASE("a request says what it was told to say, and the response is taken whole") {
  std::string seen;
  RawServer server([&](Peer& peer) {
    seen = peer.read_request();
    peer.answer(207, "body", "X-Kind:  Two Words \r\nSet-Cookie: a=b\r\n");
    peer.read_request();
  });
  Stop stop;
  Client client({}, stop);

  const auto response = client.send({.method = Method::put,
                                     .url = server.url("/a/../b%2f?q=1#fragment"),
                                     .headers = {{"SoapAction", "x#y"}, {"X-Empty", ""}},
                                     .body = "question"});

  CHECK(response.status == 207);
  CHECK(response.body == "body");
  CHECK(response.header("x-kind") == "Two Words");
  CHECK(response.header("x-none") == "");
  CHECK(seen == "PUT /a/../b%2f?q=1 HTTP/1.1\r\nHost: " + server.where() +
                    "\r\nUser-Agent: boxmeter/" BOXMETER_VERSION
                    "\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nSoapAction: x#y\r\nX-Empty:\r\n"
                    "Content-Length: 8\r\n\r\nquestion");
}

TEST_CASE("nothing of a request shows in the next one, and all share one connection") {
  std::vector<std::string> seen;
  RawServer server([&](Peer& peer) {
    for (std::string request; !(request = peer.read_request()).empty();) {
      seen.push_back(request);
      peer.answer(200, "", "Set-Cookie: sid=1\r\n");
    }
  });
  Stop stop;
  Client client({}, stop);
  const Request plain{.url = server.url("/plain")};

  client.send(plain);
  client.send(
      {.method = Method::post, .url = server.url("/"), .headers = {{"A", "b"}}, .body = "c"});
  client.send({.method = Method::del, .url = server.url("/")});
  for (int i = 0; i < 50; ++i) client.send(plain);

  CHECK(server.connections() == 1);
  CHECK(seen.size() == 53);
  CHECK(seen.front() == seen.back());
  CHECK(seen[2].starts_with("DELETE / HTTP/1.1\r\n"));
  CHECK(seen[2].find("Content-") == std::string::npos);
}

TEST_CASE("a redirect is a response like any other") {
  RawServer server(always(302, "", "Location: http://192.0.2.1/\r\n"));
  Stop stop;
  Client client({}, stop);

  const auto response = client.send({.url = server.url()});

  CHECK(response.status == 302);
  CHECK(response.header("location") == "http://192.0.2.1/");
}

TEST_CASE("a tap sees what was asked and what came back, unpacked") {
  RawServer server(always(404, "none"));
  Stop stop;
  std::string seen;
  Client client({.tap =
                     [&](const Request& request, const Response& response) {
                       seen += method_name(request.method);
                       seen += " " + request.body + " " + std::to_string(response.status) + " " +
                               response.body;
                     }},
                stop);

  client.send({.method = Method::post, .url = server.url("/a"), .body = "question"});

  CHECK(seen == "POST question 404 none");
}

TEST_CASE("a packed body is unpacked") {
  RawServer server(always(200, gzipped_zeros(100'000), "Content-Encoding: gzip\r\n"));
  Stop stop;

  CHECK(Client({}, stop).send({.url = server.url()}).body == std::string(100'000, '\0'));
}

TEST_CASE("a proxy of the environment is not asked") {
  RawServer server(always(200, "direct"));
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  Stop stop;

  CHECK(Client({}, stop).send({.url = server.url()}).body == "direct");
  ::unsetenv("http_proxy");
}

TEST_CASE("the debug log tells of a request without query, credentials or body") {
  RawServer server(always(200, "answer"));
  CapturedLog log(spdlog::level::debug);
  Stop stop;
  Client client({.auth = Auth::basic, .username = "who", .password = Secret("secret")}, stop);

  client.send({.method = Method::post, .url = server.url("/login?sid=1234"), .body = "5678"});

  const auto line = log.text();
  CHECK(line.starts_with("debug POST " + server.where() + "/login: 200, 6 bytes in "));
  CHECK(line.ends_with(" ms\n"));
}

TEST_CASE("everything but RFC 3986's unreserved characters is percent-encoded") {
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a b&c=\xC3\xBC/") == "a%20b%26c%3D%C3%BC%2F");
  CHECK(percent_encoded("a b/ü?&=%+") == "a%20b%2F%C3%BC%3F%26%3D%25%2B");
}

}  // namespace boxmeter::http_client_test
