#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"
#include "echo.h"
#include "http/client.h"
#include "http/server.h"
#include "http/transport.h"
#include "peer.h"

namespace boxmeter::http_server_test {

using namespace test;
using http::Chunk;
using http::Server;
using http::ServerOptions;
using http::ServerRequest;
using http::ServerResponse;
using http::TlsIdentity;
using http::Transport;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
using Clock = std::chrono::steady_clock;

namespace {

std::size_t threads_of_this_process() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator("/proc/self/task"))
    ++count;
  return count;
}

/// The same once threads that earlier tests have joined are gone: the kernel lists them a little
/// longer.
std::size_t settled_threads() {
  std::size_t before = 0, now = threads_of_this_process();
  while (before != now) {
    std::this_thread::sleep_for(100ms);
    before = std::exchange(now, threads_of_this_process());
  }
  return now;
}

}  // namespace

TEST_CASE("a request reaches the handler decoded, its headers as they were sent") {
  ServerRequest seen;
  Server server({}, [&](const ServerRequest& request) {
    seen = request;
    return ServerResponse::text(200, "");
  });
  Peer peer(server.ports()[0]);

  peer.ask(
      "POST /a%20b/c?target=my%20box&x=1+2 HTTP/1.1\r\nHost: x\r\n"
      "Authorization: Digest uri=\"/a%20b\", nonce=\"a%41b+c\"\r\n"
      "X-Twice: one\r\nX-TWICE:  two \r\nContent-Length: 5\r\n\r\nhe\0lo"sv);

  CHECK(seen.method == "POST");
  CHECK(seen.path == "/a b/c");
  CHECK(seen.target == "/a%20b/c?target=my%20box&x=1+2");
  CHECK(seen.parameter("target") == "my box");
  CHECK(seen.parameter("x") == "1 2");
  CHECK(seen.parameter("y") == "");
  CHECK(seen.header("authorization") == "Digest uri=\"/a%20b\", nonce=\"a%41b+c\"");
  CHECK(seen.header("x-twice") == "one, two");
  CHECK(seen.body == "he\0lo"sv);
  CHECK(seen.port == server.ports()[0]);
}

TEST_CASE("an answer is its chunks one after the other, written whole") {
  Server server({}, [](const ServerRequest&) {
    ServerResponse response{.status = 404, .content_type = "application/json"};
    response.headers = {{"X-One", "a%20b"}};
    for (const auto* piece : {"{", "", "\"a\":1", "}\n"})
      response.body.push_back(std::make_shared<const std::string>(piece));
    return response;
  });
  Peer peer(server.ports()[0]);

  auto answer = peer.ask(get("/"));
  const auto date = answer.find("\r\nDate: ");
  REQUIRE(date != std::string::npos);
  answer.erase(date, std::string_view("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT").size());
  CHECK(answer ==
        "HTTP/1.1 404 Not Found\r\nX-One: a%20b\r\nContent-Type: application/json\r\n"
        "Content-Length: 8\r\nKeep-Alive: timeout=60\r\n\r\n{\"a\":1}\n");
}

TEST_CASE("HEAD is answered as GET without the body") {
  Server server({}, [](const ServerRequest& request) {
    return ServerResponse::text(200, "method " + request.method);
  });
  Peer peer(server.ports()[0]);
  peer.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = peer.answer(/*head_only=*/true);

  CHECK(status_line(head) == "HTTP/1.1 200 OK");
  CHECK(has_line(head, "Content-Length: 11"));
  CHECK(body(head) == "");
  CHECK(body(peer.ask(get("/"))) == "method GET");  // nothing of a body came before
}

TEST_CASE("a connection is kept, and requests may be sent ahead") {
  Server server({}, echo);
  Peer peer(server.ports()[0]);

  CHECK(body(peer.ask(get("/1"))) == "GET /1 ");
  peer.send(get("/2") + "POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody" + get("/4"));
  CHECK(body(peer.answer()) == "GET /2 ");
  CHECK(body(peer.answer()) == "POST /3 body");
  CHECK(body(peer.answer()) == "GET /4 ");
}

TEST_CASE("a connection is closed when the client says so or speaks HTTP/1.0") {
  Server server({}, echo);
  Peer asked(server.ports()[0]), old(server.ports()[0]), kept(server.ports()[0]);

  asked.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  old.send("GET / HTTP/1.0\r\n\r\n");
  kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  CHECK(has_line(asked.rest(), "Connection: close"));
  CHECK(body(old.rest()) == "GET / ");
  CHECK(has_line(kept.answer(), "Connection: keep-alive"));
  CHECK(body(kept.ask(get("/again"))) == "GET /again ");
}

TEST_CASE("requests may arrive in any pieces") {
  Server server({}, echo);
  Peer peer(server.ports()[0]);
  const std::string request =
      "\r\nPOST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";

  for (const char c : request) {
    peer.send({&c, 1});
    std::this_thread::sleep_for(100us);
  }

  CHECK(body(peer.answer()) == "POST /p abc0123456789");
  CHECK(body(peer.ask(get("/next"))) == "GET /next ");
}

TEST_CASE("what is too large or not HTTP is refused with its own status") {
  Server server({.body_limit = 1000, .header_limit = 2000}, echo);
  const auto answer_to = [&](const std::string& request) {
    Peer peer(server.ports()[0]);
    peer.send(request);
    return status_line(peer.rest());
  };
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";

  CHECK(answer_to(post + "Content-Length: 1001\r\n\r\n") == "HTTP/1.1 413 Payload Too Large");
  CHECK(answer_to(post + "Content-Length: 99999999999999999999999\r\n\r\n") ==
        "HTTP/1.1 413 Payload Too Large");
  CHECK(answer_to(post + "Transfer-Encoding: chunked\r\n\r\n258\r\n" + std::string(600, 'x') +
                  "\r\n258\r\n" + std::string(600, 'x') + "\r\n0\r\n\r\n") ==
        "HTTP/1.1 413 Payload Too Large");
  CHECK(answer_to("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(3000, 'x')) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  std::string many;
  for (int i = 0; i < 500; ++i) many += "X: y\r\n";
  CHECK(answer_to(post + many + "\r\n") == "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(answer_to(post + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + many) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  for (const auto* bad : {
           "hello\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nX : smuggled\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n folded\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
       }) {
    CAPTURE(bad);
    CHECK(answer_to(bad) == "HTTP/1.1 400 Bad Request");
  }
  CHECK(answer_to(post + "Transfer-Encoding: gzip, chunked\r\n\r\n") ==
        "HTTP/1.1 501 Not Implemented");
  CHECK(answer_to(post + "Expect: wonders\r\nContent-Length: 1\r\n\r\n") ==
        "HTTP/1.1 417 Expectation Failed");
}

TEST_CASE("a path of more than 8 KB is refused, a long one within it is not") {
  Server server({}, [](const ServerRequest& request) {
    return ServerResponse::text(200, std::to_string(request.path.size()));
  });
  Peer peer(server.ports()[0]);

  CHECK(body(peer.ask(get("/" + std::string(7999, 'a')))) == "8000");
  CHECK(status_line(peer.ask(get("/" + std::string(9000, 'a')))) == "HTTP/1.1 414 URI Too Long");
}

TEST_CASE("a refused client that goes on sending still reads why") {
  Server server({.body_limit = 1000}, echo);
  Peer peer(server.ports()[0]);

  peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
  peer.send(std::string(2'000'000, 'x'));

  CHECK(body(peer.rest()) == "the body of the request is too large\n");
}

TEST_CASE("a client that waits for 100 Continue gets it, and not when its body is refused") {
  Server server({.body_limit = 10}, echo);
  Peer peer(server.ports()[0]);

  peer.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(peer.answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hello");
  CHECK(body(peer.answer()) == "POST / hello");
  peer.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n");
  CHECK(status_line(peer.rest()) == "HTTP/1.1 413 Payload Too Large");
}

TEST_CASE("it also gets it when its request came with the one before") {
  Server server({}, echo);
  Peer peer(server.ports()[0]);

  peer.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(body(peer.answer()) == "POST / hi");
  CHECK(peer.answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hello");
  CHECK(body(peer.answer()) == "POST / hello");
}

TEST_CASE("an empty line behind a body begins no request that could be late") {
  Server server({.request_deadline = 100ms}, echo);
  Peer peer(server.ports()[0]);

  peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\r\n");
  CHECK(body(peer.answer()) == "POST / hi");
  std::this_thread::sleep_for(500ms);
  peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nyou");
  CHECK(body(peer.answer()) == "POST / you");
}

TEST_CASE("a second server on the same port is refused") {
  Server first({}, echo);
  const auto address = "127.0.0.1:" + std::to_string(first.ports()[0]);

  CHECK_THROWS_WITH_AS(Server({.listen = {address}}, echo),
                       ("cannot listen on " + address + ": Address already in use").c_str(), Error);
}

TEST_CASE("a port is free again at once after a server that had clients") {
  std::optional<Server> first;
  first.emplace(ServerOptions{}, echo);
  const auto address = "127.0.0.1:" + std::to_string(first->ports()[0]);
  Peer peer(first->ports()[0]);
  peer.ask(get("/"));

  first.reset();
  Server second({.listen = {address}}, echo);

  CHECK(body(Peer(second.ports()[0]).ask(get("/2"))) == "GET /2 ");
}

TEST_CASE("an address that cannot be listened on is told with the reason") {
  const auto refusal = [](const std::string& address) -> std::string {
    try {
      Server server({.listen = {address}}, echo);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      return error.what();
    }
    return "";
  };

  const std::string shapes =
      "must look like 127.0.0.1:9877, [::1]:9877, :9877 or unix:/run/boxmeter.sock";
  CHECK(refusal("9877") ==
        "listen address '9877' has no host (write 127.0.0.1:9877, or :9877 for every address of "
        "the machine)");
  CHECK(refusal("127.0.0.1:") == "listen address '127.0.0.1:' " + shapes);
  CHECK(refusal("127.0.0.1:65536") == "listen address '127.0.0.1:65536' " + shapes);
  CHECK(refusal("::1:80") ==
        "listen address '::1:80' is no IPv6 address in brackets, as in [::1]:9877");
  CHECK(refusal("unix:b.sock") ==
        "listen address 'unix:b.sock' needs a path that begins with '/', as in "
        "unix:/run/boxmeter.sock");
  CHECK(refusal("unix:/" + std::string(120, 'a'))
            .ends_with("is too long: the path of a socket has at most 107 bytes"));
  CHECK(refusal("unix:/nowhere/b.sock") ==
        "cannot listen on unix:/nowhere/b.sock: No such file or directory");
  CHECK(refusal("192.0.2.1:0") == "cannot listen on 192.0.2.1:0: Cannot assign requested address");
}

TEST_CASE("several addresses are served, IPv6 among them, and requests know theirs") {
  Server server({.listen = {"127.0.0.1:0", "[::1]:0", "localhost:0"}},
                [](const ServerRequest& request) {
                  return ServerResponse::text(200, std::to_string(request.port));
                });
  const auto& ports = server.ports();

  CHECK(ports.size() == 3);
  CHECK(body(Peer(ports[0]).ask(get("/"))) == std::to_string(ports[0]));
  CHECK(body(Peer(ports[1], AF_INET6).ask(get("/"))) == std::to_string(ports[1]));
  CHECK(body(Peer(ports[2]).ask(get("/"))) == std::to_string(ports[2]));
}

TEST_CASE("hundreds of ports cost no thread each") {
  const auto before = settled_threads();
  Server server({.listen = std::vector<std::string>(300, "127.0.0.1:0"), .threads = 2}, echo);

  CHECK(threads_of_this_process() == before + 3);
  CHECK(body(Peer(server.ports().front()).ask(get("/a"))) == "GET /a ");
  CHECK(body(Peer(server.ports().back()).ask(get("/b"))) == "GET /b ");
}

TEST_CASE("a request that drips is cut at its total deadline") {
  Server server({.request_deadline = 300ms}, echo);
  Peer peer(server.ports()[0]);
  const auto start = Clock::now();

  std::jthread dripping([&](const std::stop_token& stop) {
    const auto request = get("/" + std::string(4000, 'a'));
    for (std::size_t i = 0; i < request.size() && !stop.stop_requested(); ++i) {
      peer.send({&request[i], 1});
      std::this_thread::sleep_for(10ms);
    }
  });
  const auto answer = peer.rest();

  CHECK(status_line(answer) == "HTTP/1.1 408 Request Timeout");
  CHECK(body(answer) == "the request took too long\n");
  CHECK(Clock::now() - start >= 300ms);
  CHECK(Clock::now() - start < 3s);
}

TEST_CASE("a body that stops is cut as well, and an idle connection is closed without a word") {
  Server server({.request_deadline = 200ms, .idle_deadline = 200ms}, echo);
  Peer stopped(server.ports()[0]), silent(server.ports()[0]), idle(server.ports()[0]);

  stopped.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
  CHECK(body(idle.ask(get("/"))) == "GET / ");

  CHECK(status_line(stopped.rest()) == "HTTP/1.1 408 Request Timeout");
  CHECK(silent.rest() == "");
  CHECK(idle.rest() == "");
}

TEST_CASE("600 idle, silent and slow connections hold neither thread nor request up") {
  Server server({.threads = 2, .connections = 700}, echo);
  const auto before = threads_of_this_process();
  std::vector<Peer> idle, silent, slow;
  for (int i = 0; i < 200; ++i) {
    idle.emplace_back(server.ports()[0]);
    CHECK(body(idle.back().ask(get("/idle"))) == "GET /idle ");
    silent.emplace_back(server.ports()[0]);
    slow.emplace_back(server.ports()[0]);
    slow.back().send("GET /");
  }
  std::jthread dripping([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (auto& peer : slow) peer.send("a");
      std::this_thread::sleep_for(100ms);
    }
  });

  for (int i = 0; i < 10; ++i) {
    const auto start = Clock::now();
    CHECK(body(Peer(server.ports()[0]).ask(get("/now"))) == "GET /now ");
    CHECK(Clock::now() - start < 1s);
  }
  CHECK(threads_of_this_process() == before + 1);  // the dripping one
}

TEST_CASE("clients that do not read their answers hold no thread") {
  const auto big = std::make_shared<const std::string>(30'000'000, 'x');
  Server server({.threads = 1}, [&](const ServerRequest& request) {
    return request.path == "/big" ? ServerResponse{.body = {big}} : echo(request);
  });
  std::vector<Peer> lazy;
  for (int i = 0; i < 5; ++i) {
    lazy.emplace_back(server.ports()[0]);
    lazy.back().send(get("/big") + get("/after"));
  }

  CHECK(body(Peer(server.ports()[0]).ask(get("/small"))) == "GET /small ");
  for (auto& peer : lazy) {
    CHECK(body(peer.answer()).size() == big->size());
    CHECK(body(peer.answer()) == "GET /after ");
  }
  CHECK(big.use_count() == 1);  // shared while it was written, not after
}

TEST_CASE("an answer that nobody reads ends at its deadline") {
  Server server({.response_deadline = 300ms}, [](const ServerRequest&) {
    return ServerResponse::text(200, std::string(30'000'000, 'x'));
  });
  Peer peer(server.ports()[0]);

  peer.send(get("/"));
  std::this_thread::sleep_for(800ms);

  CHECK(peer.rest().size() < 30'000'000);
}

TEST_CASE("what a handler throws becomes a 500 that tells nothing") {
  Server server({}, [](const ServerRequest& request) -> ServerResponse {
    if (request.path == "/error") throw Error(ErrorKind::internal, "secret detail");
    if (request.path == "/odd") throw 42;
    return ServerResponse::text(200, "fine");
  });
  Peer peer(server.ports()[0]);

  const auto answer = peer.ask(get("/error"));
  CHECK(status_line(answer) == "HTTP/1.1 500 Internal Server Error");
  CHECK(body(answer) == "internal error\n");
  CHECK(answer.find("secret") == std::string::npos);
  CHECK(body(peer.ask(get("/odd"))) == "internal error\n");
  CHECK(body(peer.ask(get("/"))) == "fine");
}

TEST_CASE("`instead` has the raw connection, and slow ones do not stop the others") {
  std::promise<void> go;
  auto gone = go.get_future().share();
  Server server({.threads = 1}, [&](const ServerRequest& request) {
    if (request.path == "/") return echo(request);
    return ServerResponse{.instead = [gone](Transport& client) {
      gone.wait();
      client.send_all("not http");
    }};
  });
  Peer one(server.ports()[0]), two(server.ports()[0]);
  one.send(get("/fault"));
  two.send(get("/fault"));

  CHECK(body(Peer(server.ports()[0]).ask(get("/"))) == "GET / ");
  go.set_value();
  CHECK(one.rest() == "not http");
  CHECK(two.rest() == "not http");
}

TEST_CASE("stop ends open connections, and answers that nobody reads") {
  std::promise<void> go;
  Server server({.threads = 2}, [&](const ServerRequest& request) {
    if (request.path == "/blocked") {
      return ServerResponse{.instead = [](Transport& client) {
        const std::string block(1'000'000, 'x');
        while (client.send_all(block)) {
        }
      }};
    }
    if (request.path == "/waiting") go.get_future().wait();
    return ServerResponse::text(200, std::string(30'000'000, 'x'));
  });
  Peer idle(server.ports()[0]), unread(server.ports()[0]), blocked(server.ports()[0]),
      waiting(server.ports()[0]);
  unread.send(get("/"));
  blocked.send(get("/blocked"));
  waiting.send(get("/waiting"));
  std::this_thread::sleep_for(100ms);

  const auto start = Clock::now();
  server.stop();
  CHECK(idle.rest() == "");
  CHECK(unread.rest().size() < 30'000'000);
  CHECK_THROWS(Peer(server.ports()[0]));
  blocked.rest();
  CHECK(Clock::now() - start < 2s);

  go.set_value();  // a running handler is let run; its answer goes nowhere
  CHECK(waiting.rest() == "");
}

TEST_CASE("stop may be called again, and from a handler") {
  Server* self = nullptr;
  Server server({}, [&](const ServerRequest&) {
    self->stop();
    return ServerResponse::text(200, "");
  });
  self = &server;
  Peer peer(server.ports()[0]);

  peer.send(get("/"));
  CHECK(peer.rest() == "");
  server.stop();
}

TEST_CASE("many clients at once are all answered") {
  Server server({.threads = 4}, echo);
  std::atomic<int> right = 0;
  {
    std::list<std::jthread> clients;
    for (int client = 0; client < 8; ++client) {
      clients.emplace_back([&, client] {
        Peer peer(server.ports()[0]);
        for (int i = 0; i < 200; ++i) {
          const auto text = std::to_string(client) + "-" + std::to_string(i);
          const auto answer = peer.ask("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                       std::to_string(text.size()) + "\r\n\r\n" + text);
          if (body(answer) == "POST /x " + text) ++right;
        }
      });
    }
  }
  CHECK(right == 1600);
}

TEST_CASE("through TLS it serves as in the clear, for many at once and to slow readers") {
  const auto identity = TlsIdentity::made();
  Server server({.tls_listen = {"127.0.0.1:0"}, .identity = [&] { return identity; }, .threads = 2},
                [](const ServerRequest& request) {
                  return ServerResponse::text(
                      200, request.method + request.body + std::string(3'000'000, 'x'));
                });
  const std::string url = "https://127.0.0.1:" + std::to_string(server.ports()[1]) + "/";
  std::atomic<int> good = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&] {
      http::Stop stop;
      http::Client client({.tls = {.mode = http::TlsMode::pin, .pin = identity->pin()}}, stop);
      for (int turn = 0; turn < 3; ++turn) {
        const auto answer = client.send({.method = http::Method::post, .url = url, .body = "ping"});
        if (answer.status == 200 && answer.body == "POSTping" + std::string(3'000'000, 'x')) ++good;
      }
    });
  clients.clear();
  CHECK(good == 12);

  Peer plain(server.ports()[1]);
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(body(plain.rest()) == "this port speaks https\n");
}

TEST_CASE("a client that never agrees on TLS is let go after the deadline of a request") {
  Server server({.tls_listen = {"127.0.0.1:0"},
                 .identity = [made = TlsIdentity::made()] { return made; },
                 .request_deadline = 200ms},
                echo);
  Peer silent(server.ports()[1]);

  CHECK(silent.rest() == "");
}

TEST_CASE("a ping does not come back while every thread of the server is busy") {
  std::promise<void> asked, may_answer;
  Server server({.threads = 1}, [&](const ServerRequest& request) {
    if (request.path != "/slow") return ServerResponse::text(200, "");
    asked.set_value();
    may_answer.get_future().wait();
    return ServerResponse::text(200, "");
  });
  const auto comes_back = [&] {
    while (!server.still_answers()) std::this_thread::yield();
  };
  comes_back();
  comes_back();

  Peer peer(server.ports()[0]);
  peer.send(get("/slow"));
  asked.get_future().wait();
  comes_back();  // what was sent before it
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(server.still_answers());

  may_answer.set_value();
  comes_back();
}

}  // namespace boxmeter::http_server_test
