#include <doctest/doctest.h>

#include "config/pack.h"
#include "device/kinds.h"
#include "error_of.h"
#include "record/scrub.h"
#include "record/unknown_words.h"

namespace boxmeter::record_words_test {

using namespace record;

namespace {

constexpr std::string_view kPack = R"(
pack: freebox_test
kind: freebox
queries:
  - name: freebox_test
    request: {get: test/}
    each: "*/parts/*"
    where: {name: [battery, zorblax]}
    metrics:
      - {name: freebox_test_parts, help: Parts., value: wert, labels: {id: id}}
)";

Privacy nobody_knows(const PrivateSpot&, std::string_view) { return Privacy::open; }

/// A JSON text that the pack reads, scrubbed.
std::string scrubbed(const std::string& text) {
  const Query query = *parse_pack(shipped_kinds(), kPack, "test").queries.front();
  Vocabulary vocabulary;
  vocabulary.add(query);
  File file{.path = "get/test.json", .text = text};
  add_member_use(file.member_use, query);
  return scrub({file}, &nobody_knows, vocabulary).files[0].text;
}

}  // namespace

TEST_CASE("what is made of words of the documents tells nothing of anybody") {
  const Vocabulary vocabulary;

  for (const char* text : {"rate_up", "NewX_AVM-DE_MaxBitRate", "UPnP", "FRITZ!Repeater 1200 AX",
                           "fbxgw9-r1/full", "urn:dslforum-org:service:WANIPConnection:1", "°C"})
    CHECK_MESSAGE(vocabulary.is_made_of_words(text), text);
  for (const char* text : {"", "1234", "zorblax", "rate_zorblax", "a1b2c3d4", "rate12345", "Küche"})
    CHECK_MESSAGE(!vocabulary.is_made_of_words(text), text);
}

TEST_CASE("a term is one word of the documents, and no name") {
  const Vocabulary vocabulary;

  for (const char* text : {"going_up", "IP_Routed", "ftth"})
    CHECK_MESSAGE(vocabulary.is_term(text), text);
  for (const char* text : {"Max", "guest network", "root@host", "9051"})
    CHECK_MESSAGE(!vocabulary.is_term(text), text);
}

TEST_CASE("a text stays where it is known to be harmless, and else is replaced") {
  CHECK(
      scrubbed(
          R"({"state":"going_up","version":"154.07.57","at":"2026-11-17T10:15:30.123456Z",)"
          R"("on":"true","gcid":"Example Street 5","zorblaxes":"zorblax","list":["ftth","Anna"]})") ==
      R"({"state":"going_up","version":"154.07.57","at":"2026-11-17T10:15:30.123456Z",)"
      R"("on":"true","gcid":"name-1","name-2":"zorblax","list":["ftth","name-3"]})");
}

TEST_CASE("a number stays where a pack reads it, or where it is too short to tell anything") {
  CHECK(
      scrubbed(
          R"({"pin":9051,"code":"9051","slot":12,"wert":"9051","id":12345,"phone":"06.12.34.56.78"})") ==
      R"({"pin":5411,"code":"5411","slot":12,"wert":"9051","id":12345,"phone":"02.41.18.33.48"})");
  CHECK(scrubbed(R"({"a":-0.1234,"b":-17,"c":1.5e3,"d":1000})") ==
        R"({"a":-0.2411,"b":-17,"c":7.8e3,"d":1354})");
}

TEST_CASE("base64 stays base64, and a key is a key of the same shape") {
  CHECK(scrubbed(R"({"path":"L0Rpc3F1ZSBkZSBLYXRq","psk":"aB3dE5fG7hJ9kL1m"})") ==
        R"({"path":"bmFtZS0x","psk":"tA3aT9qU0rY1fD2i"})");
}

TEST_CASE("names of elements and members are replaced as texts are, the same at both ends") {
  CHECK(scrubbed("<Item><Zorblaxes katja=\"1\">2</Zorblaxes><!-- Katja --><?katja?></Item>") ==
        "<Item><name-1 name-2=\"1\">2</name-1><!--name-2--><?name-2?></Item>");
}

TEST_CASE("the last check finds a word that nobody knows and names its place, not the word") {
  const std::vector<File> replies = {
      {.path = "get/a.json", .text = "{\"x\":\"K\\u00e4thes Tablet\"}"}};
  const auto refused = [&](const std::string& made) {
    return testing::error_of([&] {
      refuse_unknown_words(replies, {{.path = "get/b.json", .text = made}}, Vocabulary());
    });
  };

  CHECK(refused("{\"y\":\n\"host of K%C3%A4thes\"}") ==
        "internal: 'get/b.json', line 2, would have a word of the box that nobody knows to be "
        "harmless; "
        "nothing was "
        "written (this is a bug of boxmeter's)");
  CHECK(refused("{\"y\":\"tablet\"}") == "no error");
}

TEST_CASE("what a box says in an error is not quoted in a recording's description") {
  CHECK(without_unknown_words("# A\n* `get:vpn/katja/`: HTTP 404 Katja 12345\nKatja",
                              Vocabulary()) == "# A\n* `get:vpn/.../`: HTTP 404 ... ...\nKatja");
}

}  // namespace boxmeter::record_words_test
