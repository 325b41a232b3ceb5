#include <doctest/doctest.h>
#include <httplib.h>

#include <thread>

#include "http/client.h"
#include "http/server.h"

namespace boxmeter::http_peer_test {

// What we say and understand, held against HTTP that somebody else wrote: cpp-httplib through its
// public interface, its client against our server and its server against our client.

namespace {

http::ServerResponse echo(const http::ServerRequest& request) {
  if (request.path == "/throws") throw std::runtime_error("no");
  auto response =
      http::ServerResponse::text(200, request.method + " " + request.path + " " +
                                          request.parameter("name") + " " + request.body);
  response.headers = {{"X-Agent", request.header("x-agent")}};
  return response;
}

/// A box, or a listener for pushes: echoes what it gets.
class FakeServer {
 public:
  FakeServer() {
    server_.Get("/box", [](const httplib::Request& request, httplib::Response& response) {
      response.set_header("X-Seen", request.get_header_value("X-Agent"));
      response.set_content("a box: " + request.get_param_value("name"), "text/plain");
    });
    server_.Get("/chunks", [](const httplib::Request&, httplib::Response& response) {
      response.set_chunked_content_provider("text/plain",
                                            [](std::size_t at, httplib::DataSink& to) {
                                              if (at < 50'000)
                                                to.write("0123456789", 10);
                                              else
                                                to.done();
                                              return true;
                                            });
    });
    server_.Post("/telegraf", [](const httplib::Request& request, httplib::Response& response) {
      response.status = 204;
      response.set_header("X-Size", std::to_string(request.body.size()));
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~FakeServer() { server_.stop(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("another client understands our server, over one connection") {
  http::Server server({}, echo);
  httplib::Client client("127.0.0.1", server.ports()[0]);
  client.set_keep_alive(true);

  const auto got = client.Get("/a%20b?name=my%20box", {{"X-Agent", "httplib"}});
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(got->version == "HTTP/1.1");
  CHECK(got->body == "GET /a b my box ");
  CHECK(got->get_header_value("X-Agent") == "httplib");
  CHECK(got->get_header_value("Content-Type") == "text/plain; charset=utf-8");
  CHECK(got->has_header("Date"));

  const auto posted = client.Post("/p", "body", "text/plain");
  REQUIRE(posted);
  CHECK(posted->body == "POST /p  body");
  const auto head = client.Head("/h");
  REQUIRE(head);
  CHECK(head->body.empty());
  CHECK(head->get_header_value("Content-Length") == "9");
  const auto failed = client.Get("/throws");
  REQUIRE(failed);
  CHECK(failed->status == 500);
  CHECK(failed->body == "internal error\n");
  const auto asked = client.Options("*");
  REQUIRE(asked);
  CHECK(asked->status == 204);
}

TEST_CASE("another client's body in chunks arrives whole") {
  http::Server server({}, echo);
  httplib::Client client("127.0.0.1", server.ports()[0]);

  const auto posted = client.Post(
      "/p",
      [](std::size_t at, httplib::DataSink& to) {
        if (at < 30)
          to.write("0123456789", 10);
        else
          to.done();
        return true;
      },
      "text/plain");

  REQUIRE(posted);
  CHECK(posted->body == "POST /p  012345678901234567890123456789");
}

TEST_CASE("our client understands another server") {
  FakeServer server;
  http::Stop stop;
  http::Client client({}, stop);

  const auto got =
      client.send({.url = server.url("/box?name=a%20b"), .headers = {{"X-Agent", "us"}}});
  CHECK(got.status == 200);
  CHECK(got.body == "a box: a b");
  CHECK(got.header("x-seen") == "us");
  CHECK(client.send({.url = server.url("/chunks")}).body.size() == 50'000);
  CHECK(client.send({.url = server.url("/nothing")}).status == 404);
}

TEST_CASE("our client's push arrives whole at another server") {
  FakeServer server;
  http::Stop stop;
  http::Client client({}, stop);

  const auto answer = client.send({.method = http::Method::post,
                                   .url = server.url("/telegraf"),
                                   .headers = {{"Content-Type", "text/plain"}},
                                   .body = std::string(3'000'000, 'x')});

  CHECK(answer.status == 204);
  CHECK(answer.header("x-size") == "3000000");
}

}  // namespace boxmeter::http_peer_test
