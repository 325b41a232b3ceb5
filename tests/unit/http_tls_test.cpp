#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "captured_log.h"
#include "error_of.h"
#include "http/client.h"
#include "http/tls.h"
#include "raw_server.h"

namespace boxmeter::http_tls_test {

using namespace http;
using testing::error_of;
using testing::Identity;
using testing::Peer;
using testing::RawServer;

namespace {

/// A folder of this test alone, gone afterwards.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("boxmeter-tls-test-" + std::to_string(::getpid()));
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Box {
  explicit Box(const Identity& identity)
      : server(
            [](Peer& peer) {
              while (!peer.read_request().empty()) peer.answer(200, "secure");
            },
            &identity),
        pin(public_key_pin(*identity.certificate())) {}

  /// What comes of asking it, by address or by name.
  std::string ask(const TlsPolicy& policy, const std::string& host = "127.0.0.1") {
    std::string bodies;
    Client client({.tls = policy}, stop);
    const auto error = [&] {
      return error_of([&] {
        const auto url = "https://" + host + ":" + std::to_string(server.port()) + "/";
        bodies += client.send({.url = url}).body;
      });
    };
    const auto first = error();
    CHECK(error() == first);  // trust does not wear off, nor does doubt
    CHECK(bodies == (first == "no error" ? "securesecure" : ""));
    return first;
  }

  RawServer server;
  std::string pin;
  Stop stop;
};

const std::string kOtherPin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

std::string way_out(const Box& box) {
  return "; to trust just this key, set tls: {pin: \"" + box.pin + "\"}";
}

}  // namespace

TEST_CASE("a pin is the hash that openssl prints for the public key") {
  Folder folder;
  const Identity identity("fritz.box");
  write_file(folder.path / "box.pem", identity.pem());
  const std::string command =
      "openssl x509 -pubkey -noout -in '" + (folder.path / "box.pem").string() +
      "' | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe);
  char line[128] = "";
  static_cast<void>(std::fgets(line, sizeof line, pipe));
  ::pclose(pipe);

  CHECK(public_key_pin(*identity.certificate()) + "\n" == std::string("sha256//") + line);
}

TEST_CASE("a pinned key is trusted and no other, whatever its certificate says") {
  const Identity identity("any name");
  Box box(identity);

  CHECK(box.ask({.mode = TlsMode::pin, .pin = box.pin}) == "no error");
  CHECK(box.ask({.mode = TlsMode::pin, .pin = kOtherPin}) ==
        "tls: the key of " + box.server.where() + " is " + box.pin + ", the pin says " + kOtherPin);
}

TEST_CASE("the first key seen is remembered and told once, another is refused") {
  Folder folder;
  const auto file = folder.path / "keys" / "home";
  const TlsPolicy policy{.mode = TlsMode::first_use, .known_key = file};
  const Identity first("fritz.box"), second("fritz.box");
  Box box(first);
  CapturedLog log;

  CHECK(box.ask(policy) == "no error");
  CHECK(read_file(file) == box.pin + "\n");
  CHECK(box.ask(policy) == "no error");

  CHECK(log.text() == "info  remembered the key of " + box.server.where() +
                          ", seen for the first time, in '" + file.string() + "': " + box.pin +
                          "\n");
  Box other(second);
  CHECK(other.ask(policy) ==
        "tls: the key of " + other.server.where() + " is " + other.pin + ", but " + box.pin +
            " is remembered in '" + file.string() +
            "'; if the box was replaced or got a new certificate, delete that file");
  CHECK(read_file(file) == box.pin + "\n");

  std::filesystem::remove(file);
  CHECK(other.ask(policy) == "no error");
  CHECK(read_file(file) == other.pin + "\n");
}

TEST_CASE("a key that cannot be remembered is not trusted") {
  Folder folder;
  write_file(folder.path / "file", "x");
  const Identity identity("fritz.box");
  Box box(identity);

  CHECK(box.ask({.mode = TlsMode::first_use, .known_key = folder.path / "file" / "key"})
            .starts_with("config: cannot "));
  CHECK(box.ask({.mode = TlsMode::first_use, .known_key = folder.path / "file"}) ==
        "config: '" + (folder.path / "file").string() +
            "' does not hold a key (sha256//BASE64); delete it to remember the box's key anew");
}

// std::filesystem's own exception left Client::send, and would have ended the program in a
// destructor.
TEST_CASE("a folder of keys that cannot be looked into is an Error of the request") {
  Folder folder;
  std::filesystem::create_directories(folder.path);
  const auto key = folder.path / "loop" / "key";
  std::filesystem::create_symlink("loop", folder.path / "loop");
  const Identity identity("fritz.box");
  Box box(identity);

  CHECK(box.ask({.mode = TlsMode::first_use, .known_key = key}) ==
        "config: cannot look at '" + key.string() + "': Too many levels of symbolic links");
}

TEST_CASE("with a ca_file the chain must end in it, and a name must fit but an address need not") {
  Folder folder;
  const Identity ca("test root"), stranger("another root");
  const Identity leaf("fritz.box", "DNS:localhost", &ca),
      elsewhere("x", "DNS:fritz.box,DNS:b", &ca);
  write_file(folder.path / "ca.pem", ca.pem());
  write_file(folder.path / "own.pem", leaf.pem());
  write_file(folder.path / "stranger.pem", stranger.pem());
  const auto policy = [&](const char* file) {
    return TlsPolicy{.mode = TlsMode::ca_file, .ca_file = folder.path / file};
  };
  Box box(leaf), wrong_name(elsewhere);

  CHECK(box.ask(policy("ca.pem")) == "no error");
  CHECK(box.ask(policy("ca.pem"), "localhost") == "no error");
  CHECK(box.ask(policy("own.pem")) == "no error");  // the box's own certificate will do
  CHECK(box.ask(policy("stranger.pem")) ==
        "tls: the certificate of " + box.server.where() + " is not trusted by '" +
            (folder.path / "stranger.pem").string() + "': unable to get local issuer certificate" +
            way_out(box));
  CHECK(wrong_name.ask(policy("ca.pem")) == "no error");
  CHECK(wrong_name.ask(policy("ca.pem"), "localhost") ==
        "tls: the certificate of localhost:" + std::to_string(wrong_name.server.port()) +
            " is for 'fritz.box', 'b', not for 'localhost'" + way_out(wrong_name));
  CHECK(box.ask(policy("missing.pem")) == "config: cannot read '" +
                                              (folder.path / "missing.pem").string() +
                                              "': No such file or directory");
}

TEST_CASE("the system's roots are trusted and those given besides, for the right name") {
  const Identity ca("Freebox Root CA");
  const Identity leaf("mafreebox.freebox.fr", "DNS:localhost", &ca), own("fritz.box");
  Box box(leaf), self_signed(own);

  CHECK(box.ask({.extra_roots = ca.pem()}, "localhost") == "no error");
  CHECK(box.ask({.extra_roots = ca.pem()}) == "tls: the certificate of " + box.server.where() +
                                                  " is for 'localhost', not for "
                                                  "'127.0.0.1'" +
                                                  way_out(box));
  CHECK(box.ask({}, "localhost") ==
        "tls: the certificate of localhost:" + std::to_string(box.server.port()) +
            " is not trusted by the system's roots: unable to get local issuer certificate" +
            way_out(box));
  CHECK(self_signed.ask({}) == "tls: the certificate of " + self_signed.server.where() +
                                   " is not trusted by the system's roots: self-signed "
                                   "certificate" +
                                   way_out(self_signed));
}

TEST_CASE("insecure takes any certificate") {
  const Identity identity("any name");

  CHECK(Box(identity).ask({.mode = TlsMode::insecure}) == "no error");
}

TEST_CASE("a port without TLS is told as such") {
  RawServer plain([](Peer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  Stop stop;

  CHECK(error_of([&] { Client({}, stop).send({.url = "https://" + plain.where()}); }) ==
        "tls: no TLS connection to " + plain.where() + ": the port does not speak TLS");
}

TEST_CASE("a policy that cannot work is found before it is used") {
  Folder folder;
  write_file(folder.path / "text", "not PEM");
  write_file(folder.path / "key", kOtherPin + "\n");
  const auto error = [](const TlsPolicy& policy) { return error_of([&] { check(policy); }); };
  const std::string form =
      "' is not a pin: it is sha256// and 44 characters of base64, the hash of the box's public "
      "key";

  CHECK(error({.mode = TlsMode::pin, .pin = kOtherPin}) == "no error");
  CHECK(error({.mode = TlsMode::pin, .pin = "sha256//short="}) == "config: 'sha256//short=" + form);
  CHECK(error({.mode = TlsMode::pin, .pin = kOtherPin.substr(8)}) ==
        "config: '" + kOtherPin.substr(8) + form);
  CHECK(error({.mode = TlsMode::ca_file, .ca_file = folder.path / "none"}) ==
        "config: cannot read '" + (folder.path / "none").string() + "': No such file or directory");
  CHECK(error({.mode = TlsMode::ca_file, .ca_file = folder.path / "text"}) ==
        "config: no certificate in '" + (folder.path / "text").string() + "': it must be PEM");
  CHECK(error({.extra_roots = "not PEM"}) ==
        "config: no certificate in the extra roots: they must be PEM");
  CHECK(error({.mode = TlsMode::first_use, .known_key = folder.path / "key"}) == "no error");
  CHECK(error({.mode = TlsMode::first_use, .known_key = folder.path / "none"}) == "no error");
  CHECK(error({.mode = TlsMode::first_use, .known_key = folder.path / "text"})
            .starts_with("config: '" + (folder.path / "text").string() + "' does not hold a key"));
  CHECK(error({.mode = TlsMode::insecure}) == "no error");
}

}  // namespace boxmeter::http_tls_test
