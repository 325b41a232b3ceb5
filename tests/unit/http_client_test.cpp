#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "http/client.h"
#include "raw_server.h"

using namespace boxmeter;
using namespace boxmeter::http;
using namespace std::chrono_literals;
using boxmeter::testing::Peer;
using boxmeter::testing::RawServer;

namespace {

using Clock = std::chrono::steady_clock;

/// "kind: message" of the error that the step ends with.
template <typename Step>
std::string error_of(Step&& step) {
  try {
    step();
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "no error";
}

template <typename Step>
std::chrono::milliseconds duration_of(Step&& step) {
  const auto start = Clock::now();
  step();
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

/// Answers every request of a connection alike.
RawServer::Script always(int status, std::string body, std::string headers = "") {
  return [=](Peer& peer) {
    while (!peer.read_request().empty()) peer.answer(status, body, headers);
  };
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

std::string gzipped_zeros(std::size_t length) {
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string in(length, '\0'), out(length / 100 + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

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
      "too_large: the header of the answer of HOST is larger than 65536 bytes";
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
        "config: 'http://127.0.0.1:1/a' has credentials in it; give them as username and password");
  CHECK(error("ftp://127.0.0.1/a?sid=1") ==
        "config: 'ftp://127.0.0.1/a' is neither http:// nor https://");
  CHECK(error("127.0.0.1?sid=1") ==
        "config: '127.0.0.1' is not a URL such as http://192.0.2.1:49000/path");
  CHECK(error("http://127.0.0.1:1/a b?sid=1") ==
        "config: 'http://127.0.0.1:1/a b' has a character that must be percent-encoded");
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
  RawServer silent([](Peer& peer) { peer.be_silent(); });
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
  while (silent.connections() < 8) std::this_thread::sleep_for(1ms);

  const auto took = duration_of([&] {
    stop.stop();
    threads.clear();
  });

  CHECK(took < 200ms);
  CHECK(errors == std::vector<std::string>(8, "network: stopped"));
  CHECK(error_of([&] { idle.send({.url = quick.url()}); }) == "network: stopped");
  CHECK(quick.connections() == 1);
}

TEST_CASE("everything but RFC 3986's unreserved characters is percent-encoded") {
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a b/ü?&=%+") == "a%20b%2F%C3%BC%3F%26%3D%25%2B");
}
