#include <doctest/doctest.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "config_folder.h"
#include "echo.h"
#include "http/listen.h"
#include "http/server.h"
#include "peer.h"

namespace boxmeter::http_listen_test {

using namespace test;
using http::Server;
using http::ServerRequest;
using http::ServerResponse;

TEST_CASE("a unix socket is for owner and group, and one that a dead process left is replaced") {
  const ConfigFolder folder;
  const std::string path = (std::filesystem::current_path() / "b.sock").string();
  const auto who = [](const ServerRequest& request) {
    return ServerResponse::text(200, request.client + " " + std::to_string(request.port));
  };
  {
    const http::Listener dead("unix:" + path);
    std::filesystem::rename(path, path + ".kept");
  }
  std::filesystem::rename(path + ".kept", path);

  std::optional<Server> server;
  server.emplace(http::ServerOptions{.listen = {"unix:" + path}}, who);
  CHECK(server->addresses() == std::vector<std::string>{"unix:" + path});
  CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms(0660));
  CHECK(body(Peer(path).ask(get("/"))) == "unix 0");
  CHECK_THROWS_WITH_AS(Server({.listen = {"unix:" + path}}, who),
                       ("cannot listen on unix:" + path + ": Address already in use").c_str(),
                       Error);
  CHECK(body(Peer(path).ask(get("/"))) == "unix 0");
  server.reset();
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("a socket that was handed over is served, and can be served again") {
  const http::Listener bound("127.0.0.1:0");
  const std::string address = "fd:" + std::to_string(bound.socket());
  for (int i = 0; i < 2; ++i) {
    Server server({.listen = {address}}, echo);
    CHECK(server.ports() == std::vector<int>{bound.port()});
    CHECK(server.addresses() ==
          std::vector<std::string>{"127.0.0.1:" + std::to_string(bound.port())});
    CHECK(body(Peer(bound.port()).ask(get("/"))) == "GET / ");
  }
}

TEST_CASE("requests know who asks: 127.0.0.1 also where both families are listened on") {
  Server server({.listen = {":0"}}, [](const ServerRequest& request) {
    return ServerResponse::text(200, request.client);
  });

  CHECK(body(Peer(server.ports()[0]).ask(get("/"))) == "127.0.0.1");
  CHECK(body(Peer(server.ports()[0], AF_INET6).ask(get("/"))) == "::1");
}

}  // namespace boxmeter::http_listen_test
