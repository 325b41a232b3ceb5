#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "error_of.h"
#include "gzipped_zeros.h"
#include "http/client.h"
#include "raw_server.h"

namespace boxmeter::http_fault_test {

using namespace http;
using namespace std::chrono_literals;
using testing::always;
using testing::error_of;
using testing::gzipped_zeros;
using testing::Peer;
using testing::RawServer;

namespace {

using Clock = std::chrono::steady_clock;

template <typename Step>
std::chrono::milliseconds duration_of(Step&& step) {
  const auto start = Clock::now();
  step();
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

/// Waits for the request, then sends this and closes.
RawServer::Script once(std::string bytes) {
  return [=](Peer& peer) {
    peer.read_request();
    peer.send(bytes);
  };
}

ClientOptions within(std::chrono::milliseconds timeout) { return {.timeout = timeout}; }

std::size_t open_files() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace

TEST_CASE("a request ends at its total deadline, whatever drips") {
  const std::string header = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
  struct Row {
    const char* what;
    RawServer::Script script;
    std::string message;
  };
  const std::vector<Row> rows{
      {"silence", [](Peer& peer) { peer.be_silent(); }, "no answer from HOST within 300 ms"},
      {"header",
       [=](Peer& peer) {
         peer.read_request();
         peer.send("HTTP/1.1 200 OK\r\n");
         peer.drip("X-Long: " + std::string(1000, 'x'), 20ms);
       },
       "the answer of HOST was not complete within 300 ms"},
      {"100 Continue without end",
       [=](Peer& peer) {
         peer.read_request();
         while (peer.send("HTTP/1.1 100 Continue\r\n\r\n")) std::this_thread::sleep_for(20ms);
       },
       "the answer of HOST was not complete within 300 ms"},
      {"body",
       [=](Peer& peer) {
         peer.read_request();
         peer.send(header);
         peer.drip(std::string(1000, 'x'), 20ms);
       },
       "the answer of HOST was not complete within 300 ms"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    RawServer server(row.script);
    Stop stop;
    Client client(within(300ms), stop);
    std::string error;

    const auto took =
        duration_of([&] { error = error_of([&] { client.send({.url = server.url()}); }); });

    std::string expected = "timeout: " + row.message;
    if (expected.find("HOST") != std::string::npos)
      expected.replace(expected.find("HOST"), 4, server.where());
    CHECK(error == expected);
    CHECK(took >= 295ms);
    CHECK(took < 600ms);
  }
}

TEST_CASE("a connection that nobody takes ends at the deadline") {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener, generic, length) == 0);
  REQUIRE(::listen(listener, 0) == 0);
  REQUIRE(::getsockname(listener, generic, &length) == 0);
  std::vector<int> waiting;  // fill the queue: what comes next gets no answer to its SYN
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    static_cast<void>(::connect(waiting.back(), generic, length));
  }
  const std::string where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  Stop stop;
  Client client(within(300ms), stop);

  CHECK(error_of([&] { client.send({.url = "http://" + where}); }) ==
        "timeout: cannot connect to " + where + " within 300 ms");
  for (const int socket : waiting) ::close(socket);
  ::close(listener);
}

TEST_CASE("a port that takes the connection and speaks no TLS is told from one that nobody takes") {
  RawServer silent([](Peer& peer) { peer.be_silent(); });
  Stop stop;
  Client client({.timeout = 200ms, .tls = {.mode = TlsMode::insecure}}, stop);

  CHECK(error_of([&] { client.send({.url = "https://" + silent.where() + "/"}); }) ==
        "timeout: no TLS handshake with " + silent.where() + " within 200 ms");
}

TEST_CASE("an answer that is too large ends early and names the limit") {
  const auto endless = [](std::string start, std::string piece) {
    return [=](Peer& peer) {
      peer.read_request();
      peer.send(start);
      while (peer.send(piece)) {
      }
    };
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string body = "too_large: the answer of HOST is larger than 1048576 bytes";
  const std::string header =
      "too_large: the header of the answer of HOST is larger than 65536 bytes or 1000 lines";
  struct Row {
    const char* what;
    RawServer::Script script;
    std::string error;
  };
  const std::vector<Row> rows{
      {"announced", endless(ok + "Content-Length: 104857600\r\n\r\n", std::string(65536, 'x')),
       body},
      {"unannounced", endless(ok + "\r\n", std::string(65536, 'x')), body},
      {"chunked",
       endless(ok + "Transfer-Encoding: chunked\r\n\r\n",
               "10000\r\n" + std::string(65536, 'x') + "\r\n"),
       body},
      {"bomb", always(200, gzipped_zeros(20'000'000), "Content-Encoding: gzip\r\n"), body},
      {"headers", endless(ok, "X-Header: x\r\n"), header},
      {"one header", endless(ok + "X: ", std::string(4096, 'x')),
       "too_large: the header of the answer of HOST has a line without an end"},
      {"many 100", endless("", "HTTP/1.1 100 Continue\r\nX-Header: x\r\n\r\n"), header},
      {"trailers", endless(ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Header: x\r\n"),
       header},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    RawServer server(row.script);
    Stop stop;
    Client client({}, stop);
    std::string error;

    const auto took = duration_of([&] {
      error = error_of([&] { client.send({.url = server.url(), .body_limit = 1U << 20}); });
    });

    std::string expected = row.error;
    expected.replace(expected.find("HOST"), 4, server.where());
    CHECK(error == expected);
    CHECK(took < 2s);
  }
}

TEST_CASE("each way to break an answer has its words") {
  struct Row {
    std::string bytes;
    std::string error;
  };
  const std::vector<Row> rows{
      {"", "network: HOST closed the connection without an answer"},
      {"HTTP/1.1 200 OK\r\nContent-Le",
       "network: HOST closed the connection in the middle of the answer"},
      {"HTTP/1.1 100 Continue\r\n\r\n",
       "network: HOST closed the connection in the middle of the answer"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
       "network: HOST closed the connection in the middle of the answer"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
       "network: HOST closed the connection in the middle of the answer"},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot packed!!",
       "protocol: the answer of HOST is not HTTP: Error while processing content unencoding: "
       "incorrect header check"},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n",
       "protocol: the answer of HOST is not HTTP: Received HTTP/0.9 when not allowed"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes);
    RawServer server(once(row.bytes));
    Stop stop;
    Client client({}, stop);

    std::string expected = row.error;
    expected.replace(expected.find("HOST"), 4, server.where());
    CHECK(error_of([&] { client.send({.url = server.url()}); }) == expected);
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("a reset, a closed port and an unknown name are told apart") {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    peer.reset();
  });
  const std::string unknown = std::string(64, 'x') + ".invalid";  // too long to be looked up
  Stop stop;
  Client client({}, stop);

  CHECK(error_of([&] { client.send({.url = server.url()}); }) ==
        "network: " + server.where() + " reset the connection in the middle of the answer");
  CHECK(error_of([&] { client.send({.url = "http://127.0.0.1:1/"}); }) ==
        "network: cannot connect to 127.0.0.1:1: Connection refused");
  CHECK(error_of([&] { client.send({.url = "http://" + unknown + "/"}); }) ==
        "network: " + unknown + ": name not found");
}

TEST_CASE("what the user wrote wrongly is told without credentials and query") {
  Stop stop;
  Client client({}, stop);
  const auto error = [&](std::string url) {
    return error_of([&] { client.send({.url = std::move(url)}); });
  };

  CHECK(error("http://who:secret@127.0.0.1:1/a?sid=1") ==
        "config: the URL has credentials in it; give them as username and password");
  CHECK(error("ftp://127.0.0.1/a?sid=1") ==
        "config: 'ftp://127.0.0.1/a' is neither http:// nor https://");
  CHECK(error("127.0.0.1?sid=1") ==
        "config: '127.0.0.1' is not a URL such as http://192.0.2.1:49000/path");
  CHECK(error("http://127.0.0.1:1/a b?sid=1") ==
        "config: 'http://127.0.0.1:1/a b' has a character that must be percent-encoded");
  // An error text once showed such a URL as it was: half a letter in the log, a control character
  // on the terminal.
  CHECK(error("http://a\x1b\xCB.invalid/") ==
        "config: 'http://a??.invalid/' has a character that must be percent-encoded");
  CHECK(error_of([&] {
          client.send({.url = "http://127.0.0.1:1/", .headers = {{"X", "secret\r\nY: z"}}});
        }) == "config: the value of the header 'X' has a line break in it");
}

TEST_CASE("no file stays open over 200 faults") {
  const auto before = open_files();
  {
    Stop stop;
    Client client(within(30ms), stop);
    error_of([&] { client.send({.url = "http://127.0.0.1:1/"}); });
    const auto with_client = open_files();  // libcurl has a pair of sockets to wake itself
    {
      RawServer server([](Peer& peer) {
        peer.read_request();
        switch (peer.number() % 5) {
          case 0:
            return peer.reset();
          case 1:
            return peer.be_silent();
          case 2:
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            return;
          case 3:
            peer.send("HTTP/1.1 200 OK\r\n" + std::string(70'000, 'x') + "\r\n\r\n");
            return peer.be_silent();
          default:
            return;
        }
      });
      for (int i = 0; i < 200; ++i)
        CHECK(error_of([&] { client.send({.url = server.url()}); }) != "no error");
      CHECK(server.connections() == 200);
    }
    CHECK(open_files() == with_client);
  }
  CHECK(open_files() == before);
}

TEST_CASE("a kept connection that was closed is reopened once, without an error") {
  // Answers one request per connection and closes it when the next one has arrived, so that the
  // client cannot know before sending.
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.answer(200, std::to_string(peer.number()));
    peer.read_request();
  });
  Stop stop;
  Client client({}, stop);

  for (int i = 1; i <= 30; ++i)
    CHECK(client.send({.method = Method::post, .url = server.url(), .body = "x"}).body ==
          std::to_string(i));
  CHECK(server.connections() == 30);
}

TEST_CASE("a connection is not reopened a second time, nor when something was received") {
  std::atomic<int> requests = 0;
  std::string last;
  RawServer server([&](Peer& peer) {
    if (!peer.read_request().empty()) ++requests;
    if (peer.number() > 1) return;
    peer.answer(200, "first");
    if (!peer.read_request().empty()) ++requests;
    peer.send(last);
  });
  Stop stop;
  Client client({}, stop);
  client.send({.url = server.url()});

  SUBCASE("twice closed") {
    CHECK(error_of([&] { client.send({.url = server.url()}); }) ==
          "network: " + server.where() + " closed the connection without an answer");
    CHECK(requests == 3);
  }
  SUBCASE("closed after a line") {
    last = "HTTP/1.1 200 OK\r\n";
    CHECK(error_of([&] { client.send({.url = server.url()}); }) ==
          "network: " + server.where() + " closed the connection in the middle of the answer");
    CHECK(requests == 2);
  }
}

TEST_CASE("a request that changes something is never sent twice") {
  std::atomic<int> changes = 0;
  RawServer server([&](Peer& peer) {
    for (std::string request; !(request = peer.read_request()).empty();) {
      if (request.starts_with("POST") && ++changes == 1) return;
      peer.answer(200, std::to_string(peer.number()));
    }
  });
  Stop stop;
  Client client({}, stop);
  const Request change{.method = Method::post, .url = server.url(), .body = "x", .reading = false};
  CHECK(client.send({.url = server.url()}).body == "1");

  CHECK(error_of([&] { client.send(change); }) ==
        "network: " + server.where() + " closed the connection without an answer");
  CHECK(changes == 1);
  CHECK(client.send(change).body == "3");
  CHECK(client.send({.url = server.url()}).body == "3");
}

TEST_CASE("stop ends what runs and what comes, at once") {
  std::atomic<int> waiting = 0;
  RawServer silent([&](Peer& peer) {
    peer.await_a_byte();
    ++waiting;
    peer.be_silent();
  });
  RawServer quick(always(200, ""));
  Stop stop;
  Client idle({}, stop);
  idle.send({.url = quick.url()});
  std::vector<std::string> errors(8);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < errors.size(); ++i)
    threads.emplace_back([&, i] {
      Client client({}, stop);
      const std::string scheme = i % 2 ? "http://" : "https://";  // silent in the handshake
      errors[i] = error_of([&] { client.send({.url = scheme + silent.where()}); });
    });
  while (waiting < 8) std::this_thread::sleep_for(1ms);

  const auto took = duration_of([&] {
    stop.stop();
    threads.clear();
  });

  CHECK(took < 200ms);
  CHECK(errors == std::vector<std::string>(8, "network: stopped"));
  CHECK(error_of([&] { idle.send({.url = quick.url()}); }) == "network: stopped");
  CHECK(quick.connections() == 1);
}

}  // namespace boxmeter::http_fault_test
