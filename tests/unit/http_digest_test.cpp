#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <map>

#include "error_of.h"
#include "http/client.h"
#include "http/digest.h"
#include "raw_server.h"

namespace boxmeter::http_digest_test {

using namespace http;
using testing::error_of;
using testing::Peer;
using testing::RawServer;

namespace {

std::string md5(const std::string& text) {
  unsigned char digest[16];
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_md5(), nullptr);
  std::string hex;
  for (const unsigned char byte : digest) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", byte);
    hex += two;
  }
  return hex;
}

/// The value of `name=` or `name="` in a header.
std::string parameter(const std::string& text, const std::string& name) {
  const auto at = text.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const auto start = at + name.size() + 2;
  return text[start] == '"' ? text.substr(start + 1, text.find('"', start + 1) - start - 1)
                            : text.substr(start, text.find_first_of(",\r", start) - start);
}

/// As strict as a box: user monitor, password secret; each nonce serves `uses` times, nc must rise.
struct Box {
  int uses = 1'000'000;
  std::string stale = {};
  std::string challenge = {};  // instead of the one below

  int requests = 0;
  int challenges = 0;
  int answers = 0;               // with a digest in them
  std::vector<int> counts = {};  // the accepted nc
  std::vector<std::string> bodies = {};

  std::string nonce = {};
  int used = 0;

  bool accepts(const std::string& request) {
    const auto at = request.find("Authorization: Digest ");
    if (at == std::string::npos) return false;
    ++answers;
    const auto header = request.substr(at, request.find("\r\n", at) - at);
    const auto line = request.substr(0, request.find(" HTTP/"));
    const auto method = line.substr(0, line.find(' ')), uri = line.substr(line.find(' ') + 1);
    const int count = std::stoi(parameter(header, "nc"), nullptr, 16);
    const auto who = md5("monitor:HTTPS Access:secret"), what = md5(method + ":" + uri);
    const bool good =
        parameter(header, "username") == "monitor" && parameter(header, "uri") == uri &&
        parameter(header, "realm") == "HTTPS Access" && parameter(header, "nonce") == nonce &&
        parameter(header, "qop") == "auth" && count == used + 1 && count <= uses &&
        parameter(header, "response") == md5(who + ":" + nonce + ":" + parameter(header, "nc") +
                                             ":" + parameter(header, "cnonce") + ":auth:" + what);
    if (good) counts.push_back(used = count);
    return good;
  }

  bool answer(Peer& peer, const std::string& request) {
    ++requests;
    bodies.push_back(request.substr(request.find("\r\n\r\n") + 4));
    if (accepts(request)) return peer.answer(200, "welcome");
    used = 0;
    nonce = "A1B2C3D4E5F6" + std::to_string(1000 + ++challenges);
    return peer.answer(
        401, "<HTML>ERR_NONE</HTML>",
        (challenge.empty() ? "WWW-Authenticate: Digest realm=\"HTTPS Access\",nonce=\"" + nonce +
                                 "\",algorithm=MD5,qop=\"auth\"" + stale
                           : "WWW-Authenticate: " + challenge) +
            "\r\n");
  }

  RawServer::Script script() {
    return [this](Peer& peer) {
      for (std::string request; !(request = peer.read_request()).empty();) answer(peer, request);
    };
  }
};

ClientOptions monitor(std::string password = "secret") {
  return {.auth = Auth::digest, .username = "monitor", .password = Secret(std::move(password))};
}

Request post(const RawServer& server) {
  return {.method = Method::post,
          .url = server.url("/upnp/control/deviceinfo?a=%2f"),
          .body = "<Envelope/>"};
}

}  // namespace

TEST_CASE("a digest is computed as in the worked example of a Fritz!Box") {
  const Secret password("secret");
  const auto challenge = find_digest_challenge(
      "Digest realm=\"HTTPS Access\",nonce=\"A1B2C3D4E5F60718\",algorithm=MD5,qop=\"auth\"");

  REQUIRE(challenge);
  CHECK(answer(*challenge, {.username = "monitor",
                            .password = password,
                            .method = "POST",
                            .target = "/upnp/control/deviceinfo",
                            .cnonce = "0a4f113b",
                            .count = 1}) ==
        "Digest username=\"monitor\", realm=\"HTTPS Access\", nonce=\"A1B2C3D4E5F60718\", "
        "uri=\"/upnp/control/deviceinfo\", response=\"d261afdabf571d5040b1d205a10177d8\", "
        "algorithm=MD5, qop=auth, nc=00000001, cnonce=\"0a4f113b\"");
}

TEST_CASE("a digest is computed as in RFC 7616 3.9.1, and of two offers the first is answered") {
  const Secret password("Circle of Life");
  const std::string common =
      "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
      "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
      "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", algorithm=";
  const DigestRequest request{.username = "Mufasa",
                              .password = password,
                              .method = "GET",
                              .target = "/dir/index.html",
                              .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"};

  const auto md5_only =
      find_digest_challenge("Basic realm=\"a, b\", Negotiate abc==, " + common + "MD5");
  const auto both = find_digest_challenge(common + "SHA-256, " + common + "MD5");

  REQUIRE((md5_only && both));
  CHECK(parameter(answer(*md5_only, request), "response") == "8ca523f5e9506fed4657c9700eebdbec");
  CHECK(parameter(answer(*both, request), "response") ==
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  CHECK(parameter(answer(*both, request), "opaque") == both->opaque);
}

TEST_CASE("challenges come in many shapes, and some are not for us") {
  using Found = std::optional<Challenge>;
  const auto find = [](std::string_view text) { return find_digest_challenge(text); };

  CHECK(find("digest Nonce = n , REALM=\"a \\\"b\\\"\"") ==
        Found({.realm = "a \"b\"", .nonce = "n"}));
  CHECK(find("Digest nonce=\"1\", algorithm=SHA-512-256, Digest nonce=\"2\", qop=auth") ==
        Found({.nonce = "2", .qop_auth = true}));
  CHECK(find("Digest nonce=\"1\", qop=\"auth-int\"") == Found());
  CHECK(find("Digest realm=\"no nonce\"") == Found());
  CHECK(find("Basic realm=\"Digest nonce=x\"") == Found());
  CHECK(find("Digest nonce=\"unended") == Found({.nonce = "unended"}));
  CHECK(find("") == Found());
  CHECK(find("=,\"=\" \"") == Found());
}

TEST_CASE("a quote in a name cannot end the parameter that it stands in") {
  const Secret password("x");

  const auto header = answer(
      {.realm = "r", .nonce = "n"},
      {.username = "a\"b\\c", .password = password, .method = "GET", .target = "/", .cnonce = "c"});

  CHECK(
      header.starts_with("Digest username=\"a\\\"b\\\\c\", realm=\"r\", nonce=\"n\", uri=\"/\", "));
  CHECK(header.find("qop") == std::string::npos);
}

TEST_CASE("a challenge whose answer would not be one header line is not answered") {
  for (const auto* text :
       {"Digest realm=\"r\r\nX-More: 1\", nonce=\"n\"", "Digest realm=\"r\", nonce=\"n\n\"",
        "Digest realm=\"r\", nonce=\"n\\\r\"", "Digest realm=\"r\", nonce=n, opaque=\"\x7f\"",
        "Digest realm=r\x01, nonce=n"}) {
    CAPTURE(text);
    CHECK(!find_digest_challenge(text));
  }
  const std::string two = "Digest realm=r, nonce=\"a\nb\", Digest realm=r, nonce=\"c\"";
  CHECK(find_digest_challenge(two).value().nonce == "c");
}

TEST_CASE("200 requests cost one 401, and nc rises by one each time") {
  Box box;
  RawServer server(box.script());
  Stop stop;
  Client client(monitor(), stop);

  for (int i = 0; i < 200; ++i) CHECK(client.send(post(server)).body == "welcome");

  CHECK(box.requests == 201);
  CHECK(box.challenges == 1);
  CHECK(box.counts.size() == 200);
  CHECK(box.counts.back() == 200);
  CHECK(client.logins() == 1);
  CHECK(server.connections() == 1);
  CHECK(box.bodies.front() == "<Envelope/>");  // what needs no login works at the first try
}

TEST_CASE("an expired nonce costs one more 401, whether or not the box calls it stale") {
  Box box{.uses = 3};
  SUBCASE("silently") {}
  SUBCASE("stale") { box.stale = ", stale=true"; }
  RawServer server(box.script());
  Stop stop;
  Client client(monitor(), stop);

  for (int i = 0; i < 9; ++i) CHECK(client.send(post(server)).status == 200);

  CHECK(box.counts == std::vector<int>{1, 2, 3, 1, 2, 3, 1, 2, 3});
  CHECK(box.requests == 9 + 3);
  CHECK(client.logins() == 3);
}

TEST_CASE("a wrong password is tried once per request") {
  Box box;
  SUBCASE("and told") {}
  SUBCASE("also when the box calls the nonce stale each time") { box.stale = ", stale=true"; }
  RawServer server(box.script());
  Stop stop;
  Client client(monitor("wrong"), stop);

  CHECK(error_of([&] { client.send(post(server)); }) == "auth: HTTP 401 for user 'monitor'");

  CHECK(box.answers == 1);
  CHECK(box.requests == 2);
  CHECK(client.logins() == 1);

  client.set_credentials("monitor", Secret("secret"));
  CHECK(client.send(post(server)).status == 200);
  CHECK(box.answers == 2);
}

TEST_CASE("after a transport error the nonce is forgotten") {
  Box box;
  std::atomic<bool> silent = false;
  RawServer server([&](Peer& peer) {
    for (std::string request; !(request = peer.read_request()).empty();) {
      if (silent) return peer.be_silent();
      box.answer(peer, request);
    }
  });
  Stop stop;
  auto options = monitor();
  options.timeout = std::chrono::milliseconds(100);
  Client client(options, stop);
  client.send(post(server));

  silent = true;
  CHECK(error_of([&] { client.send(post(server)); }) ==
        "timeout: no answer from " + server.where() + " within 100 ms");
  silent = false;
  CHECK(client.send(post(server)).status == 200);

  CHECK(box.answers == 2);  // none with the old nonce
  CHECK(box.challenges == 2);
}

TEST_CASE("a 401 that cannot be answered says why") {
  Box box;
  RawServer server(box.script());
  Stop stop;
  const auto error = [&](ClientOptions options) {
    return error_of([&] { Client(std::move(options), stop).send(post(server)); });
  };

  CHECK(error({.auth = Auth::digest}) ==
        "auth: HTTP 401 from " + server.where() + ", and no username is configured");
  CHECK(error({.auth = Auth::digest, .username = "monitor"}) ==
        "auth: HTTP 401 for user 'monitor', and no password is configured");
  CHECK(error({}) == "no error");  // a response like any other
  box.challenge = "Basic realm=\"x\"";
  CHECK(error(monitor()) ==
        "protocol: HTTP 401 from " + server.where() +
            ", which asks for 'Basic': only Digest with MD5 or SHA-256 and qop 'auth' or none is "
            "answered");
  CHECK(box.answers == 0);
}

TEST_CASE("basic credentials go with every request, and 401 is a response") {
  std::vector<std::string> seen;
  RawServer server([&](Peer& peer) {
    for (std::string request; !(request = peer.read_request()).empty(); peer.answer(401, ""))
      seen.push_back(request);
  });
  Stop stop;
  Client client({.auth = Auth::basic, .username = "Aladdin", .password = Secret("open sesame")},
                stop);

  CHECK(client.send(post(server)).status == 401);
  CHECK(client.send(post(server)).status == 401);

  CHECK(seen.size() == 2);
  for (const auto& request : seen)
    CHECK(request.find("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") !=
          std::string::npos);
  CHECK(client.logins() == 0);
}

}  // namespace boxmeter::http_digest_test
