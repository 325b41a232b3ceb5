#include <doctest/doctest.h>

#include <future>
#include <vector>

#include "base/error.h"
#include "base/guarded.h"
#include "echo.h"
#include "http/server.h"
#include "peer.h"

namespace boxmeter::http_server_limits_test {

using namespace test;
using http::Server;
using http::ServerRequest;
using http::ServerResponse;

TEST_CASE("whoever never asked gives way to a new client, then whoever is idle longest") {
  Guarded<std::vector<std::string>> refused;
  Server server({.connections = 3,
                 .refused =
                     [&](const http::RefusedClient& refusal) {
                       refused.with([&](auto& all) { all.emplace_back(refusal.reason); });
                     }},
                echo);
  const int port = server.ports()[0];
  Peer first(port);
  CHECK(body(first.ask(get("/1"))) == "GET /1 ");
  Peer silent(port);
  Peer second(port);
  CHECK(body(second.ask(get("/2"))) == "GET /2 ");

  Peer third(port);
  CHECK(body(third.ask(get("/3"))) == "GET /3 ");
  CHECK(silent.rest().empty());
  // An answer is there before its connection is idle again: first has the time for that here.
  for (int i = 0; i < 20; ++i) {
    CHECK(body(second.ask(get("/2"))) == "GET /2 ");
    CHECK(body(third.ask(get("/3"))) == "GET /3 ");
  }
  Peer fourth(port);
  CHECK(body(fourth.ask(get("/4"))) == "GET /4 ");
  CHECK(first.rest().empty());
  CHECK(body(second.ask(get("/still"))) == "GET /still ");
  CHECK(refused.with([](auto& all) { return all; }) == std::vector<std::string>{"silent"});
}

TEST_CASE("when all are busy a new client is answered 503, and there is room again later") {
  std::promise<void> arrived, answered;
  const auto go_on = answered.get_future().share();
  Server server({.connections = 1}, [&](const ServerRequest& request) {
    if (request.path != "/busy") return echo(request);
    arrived.set_value();
    go_on.wait();
    return echo(request);
  });
  Peer busy(server.ports()[0]);
  busy.send(get("/busy"));
  arrived.get_future().wait();

  Peer late(server.ports()[0]);
  late.send(get("/2"));
  const auto refused = late.rest();
  CHECK(status_line(refused) == "HTTP/1.1 503 Service Unavailable");
  CHECK(has_line(refused, "Connection: close"));
  CHECK(body(refused) == "too many connections\n");

  answered.set_value();
  CHECK(body(busy.answer()) == "GET /busy ");
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 200")) answer = Peer(server.ports()[0]).ask(get("/4"));
  CHECK(body(answer) == "GET /4 ");
}

TEST_CASE("of many that do not read their answers the one is dropped that did so longest") {
  const auto big = std::make_shared<const std::string>(30'000'000, 'x');
  Server server({.threads = 1, .slow_readers = 3},
                [&](const ServerRequest&) { return ServerResponse{.body = {big}}; });
  std::vector<Peer> lazy;
  for (int i = 0; i < 5; ++i) {
    lazy.emplace_back(server.ports()[0]);
    lazy.back().send(get("/big"));
    lazy.back().begin_answer();
  }

  CHECK(body(Peer(server.ports()[0]).ask(get("/"))).size() == big->size());
  CHECK(lazy[0].rest().size() < big->size());
  CHECK(body(lazy[4].answer()).size() == big->size());
}

TEST_CASE("what an answer puts off keeps no other request waiting, and is answered in its turn") {
  std::promise<void> begun, decided;
  const auto go_on = decided.get_future().share();
  Server server({.threads = 1, .later_threads = 1, .later_limit = 1},
                [&](const ServerRequest& request) -> ServerResponse {
                  if (request.path != "/later") return echo(request);
                  return {.later = [&begun, go_on, request] {
                    if (request.query.empty()) begun.set_value();
                    go_on.wait();
                    if (request.parameter("x") == "bad") throw std::runtime_error("secret");
                    return echo(request);
                  }};
                });
  const int port = server.ports()[0];
  Peer first(port);
  first.send(get("/later") + get("/after"));
  begun.get_future().wait();
  Peer second(port);
  second.send(get("/later?x=bad"));
  CHECK(body(Peer(port).ask(get("/now"))) == "GET /now ");  // behind it, in the same thread
  const auto full = Peer(port).ask(get("/later?x=full"));

  CHECK(status_line(full) == "HTTP/1.1 503 Service Unavailable");
  CHECK(body(full) == "too many logins and questions at once; try again\n");
  decided.set_value();
  CHECK(body(first.answer()) == "GET /later ");
  CHECK(body(first.answer()) == "GET /after ");
  CHECK(body(second.answer()) == "internal error\n");
}

}  // namespace boxmeter::http_server_limits_test
