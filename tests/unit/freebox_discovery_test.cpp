#include <doctest/doctest.h>

#include <map>

#include "device/freebox/discovery.h"

namespace boxmeter::freebox_discovery_test {

using namespace freebox;

namespace {

ApiVersion box(const char* uid, const char* domain = "", unsigned port = 0) {
  return {.version = "16.0",
          .major = 16,
          .domain = domain,
          .https = port != 0,
          .https_port = port,
          .uid = uid};
}

/// A network without a network: what is announced, and what answers where.
struct Network {
  std::vector<ApiVersion> announced = {};
  std::map<std::string, ApiVersion> answering = {};
  bool is_told = true;

  std::string found(const KnownBox& known = {}) const {
    std::string asked;
    const Lookup lookup{.announced =
                            [&] {
                              if (!is_told) throw Error(ErrorKind::network, "nobody announces any");
                              return announced;
                            },
                        .ask =
                            [&](const std::string& url) {
                              asked += url + " ";
                              const auto at = answering.find(url);
                              if (at == answering.end())
                                throw Error(ErrorKind::network, "no answer");
                              return at->second;
                            }};
    try {
      const Found result = find_box(known, lookup);
      return asked + "-> " + result.url + " " + result.version.uid;
    } catch (const Error& error) {
      return std::string(name(error.kind())) + ": " + error.what();
    }
  }
};

const std::string kHttps = "https://mafreebox.freebox.fr";
const std::string kHttp = "http://mafreebox.freebox.fr";
const std::string kNamed = "https://x1.fbxos.invalid:29491";

}  // namespace

TEST_CASE("an announced box is asked over https on its own name and port") {
  const Network network{.announced = {box("u1", "x1.fbxos.invalid", 29491)},
                        .answering = {{kNamed, box("u1")}}};

  CHECK(network.found() == kNamed + " -> " + kNamed + " u1");
}

TEST_CASE("in bridge mode, where the announced name leads nowhere, mafreebox.freebox.fr answers") {
  const Network network{.announced = {box("u1", "x1.fbxos.invalid", 29491)},
                        .answering = {{kHttps, box("u1")}}};

  CHECK(network.found() == kNamed + " " + kHttps + " -> " + kHttps + " u1");
}

TEST_CASE("where nothing is announced the box is found by its names") {
  CHECK(Network{.answering = {{kHttps, box("u1")}}, .is_told = false}.found() ==
        kHttps + " -> " + kHttps + " u1");
}

TEST_CASE("a box found over plain http is used over https where it says that it can") {
  const ApiVersion said = box("u1", "x1.fbxos.invalid", 29491);

  CHECK(Network{.answering = {{kHttp, said}, {kNamed, said}}}.found() ==
        kHttps + " " + kHttp + " " + kNamed + " -> " + kNamed + " u1");
  CHECK(Network{.answering = {{kHttp, said}}}.found() ==
        kHttps + " " + kHttp + " " + kNamed + " -> " + kHttp + " u1");
  CHECK(Network{.answering = {{kHttp, box("u1")}}}.found() ==
        kHttps + " " + kHttp + " -> " + kHttp + " u1");
}

TEST_CASE("a known address is asked first, and a moved port is found again") {
  const KnownBox known{.uid = "u1", .url = "https://x1.fbxos.invalid:1111"};

  CHECK(Network{.answering = {{known.url, box("u1")}}}.found(known) ==
        known.url + " -> " + known.url + " u1");
  CHECK(Network{.announced = {box("u1", "x1.fbxos.invalid", 29491)},
                .answering = {{kNamed, box("u1")}}}
            .found(known) == known.url + " " + kNamed + " -> " + kNamed + " u1");
}

TEST_CASE("of two announced boxes the known one is taken") {
  const Network network{
      .announced = {box("u2", "x2.fbxos.invalid", 2), box("u1", "x1.fbxos.invalid", 29491)},
      .answering = {{kNamed, box("u1")}, {"https://x2.fbxos.invalid:2", box("u2")}}};

  CHECK(network.found({.uid = "u1"}) == kNamed + " -> " + kNamed + " u1");
}

TEST_CASE("a search that finds nothing says where it looked, and the way out") {
  CHECK(Network{.is_told = false}.found({.url = kNamed}) ==
        "network: no Freebox found: '" + kNamed + "': no answer; mDNS: nobody announces any; '" +
            kHttps + "': no answer; '" + kHttp + "': no answer; give its address as url");
}

TEST_CASE("what is known of a box survives as text, and a spoiled text is nothing") {
  const KnownBox known{.uid = "u1", .url = kNamed};

  CHECK(parse_known_file(known_file(known)) == known);
  for (const char* text : {"", "{", "[]", "{\"uid\":1}", "\xff"})
    CHECK(parse_known_file(text) == KnownBox{});
}

}  // namespace boxmeter::freebox_discovery_test
