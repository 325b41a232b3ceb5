#include <dlfcn.h>
#include <doctest/doctest.h>
#include <netdb.h>

#include <atomic>
#include <string>

#include "error_of.h"
#include "http/client.h"
#include "raw_server.h"

namespace boxmeter::http_name_test {

using namespace http;
using testing::error_of;
using testing::Peer;
using testing::RawServer;

namespace {

/// What the name box.invalid is looked up as.
enum class Names { work, fail };
std::atomic<Names> names = Names::work;
std::atomic<int> lookups = 0;

/// A server whose connections are good for one request, so that each needs the name.
RawServer::Script one_answer() {
  return [](Peer& peer) {
    if (!peer.read_request().empty()) peer.answer(200, "here", "Connection: close\r\n");
  };
}

}  // namespace

/// In place of the C library's, for this whole program: libcurl asks here.
extern "C" int getaddrinfo(const char* __restrict node, const char* __restrict service,
                           const addrinfo* __restrict hints, addrinfo** __restrict found) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr || std::string(node) != "box.invalid")
    return real(node, service, hints, found);
  ++lookups;
  return names == Names::work ? real("127.0.0.1", service, hints, found) : EAI_AGAIN;
}

TEST_CASE("a box is asked at its last address while its name is not found") {
  names = Names::work;
  lookups = 0;
  RawServer server(one_answer());
  const std::string url = "http://box.invalid:" + std::to_string(server.port()) + "/";
  Stop stop;
  Client client({}, stop);

  CHECK(client.send({.url = url}).body == "here");
  names = Names::fail;  // a home's name server is mostly the box itself, which restarts
  CHECK(client.send({.url = url}).body == "here");
  CHECK(client.send({.url = url}).body == "here");
  CHECK(lookups == 3);  // it may have moved: its name is asked for each time
}

TEST_CASE("a box that was never reached has no last address") {
  names = Names::fail;
  RawServer server(one_answer());
  Stop stop;
  Client client({}, stop);

  CHECK(error_of([&] {
          client.send({.url = "http://box.invalid:" + std::to_string(server.port()) + "/"});
        }) == "network: box.invalid: name not found");
  names = Names::work;
}

}  // namespace boxmeter::http_name_test
