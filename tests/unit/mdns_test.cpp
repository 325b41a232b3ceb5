#include "device/freebox/mdns.h"

#include <doctest/doctest.h>

namespace boxmeter::mdns_test {

using namespace freebox;
using namespace std::string_literals;

namespace {

const MdnsName kService = {"_fbx-api", "_tcp", "local"};
/// "_fbx-api._tcp.local" at byte 12, behind the header.
const std::string kServiceBytes = "\x08_fbx-api\x04_tcp\x05local\0"s;
const std::string kToService = "\xC0\x0C"s;  // "as at byte 12"

std::string header(char answers, char others) {
  return "\0\0\x84\0\0\1\0"s + answers + "\0\0\0"s + others;
}

std::string record(const std::string& name, char type, const std::string& content) {
  return name + "\0"s + type + "\0\1\0\0\0\x78\0"s + static_cast<char>(content.size()) + content;
}

std::string in_words(const MdnsAnswer& answer) {
  std::string words;
  for (const auto& text : answer.texts) {
    for (const auto& [key, value] : text) words.append(key).append("=").append(value).append(" ");
    words += "| ";
  }
  for (const MdnsName& name : answer.without_text) words.append("ask ").append(name.front());
  return words;
}

const std::string kBox = "\x0E" + "Freebox Server"s + kToService;
const std::string kTexts =
    "\x08uid=1234\x0F" + "api_domain=x.fr"s + "\x06UID=no" + "\x05" + "alone"s;

}  // namespace

TEST_CASE("an mDNS question asks for one name") {
  CHECK(mdns_question(kService, MdnsType::pointer) ==
        "\0\0\0\0\0\1\0\0\0\0\0\0"s + kServiceBytes + "\0\x0C\0\1"s);
}

TEST_CASE(
    "an mDNS answer with all in it gives the texts; a name that is short for another is read") {
  const std::string datagram = header(1, 1) + kServiceBytes + "\0\x0C\0\1"s +
                               record(kToService, 12, kBox) + record(kBox, 16, kTexts);

  CHECK(in_words(parse_mdns(datagram, kService)) ==
        "api_domain=x.fr device_name=Freebox Server uid=1234 | ");
}

TEST_CASE("an instance without its text in the answer has to be asked for it") {
  const std::string datagram =
      header(1, 0) + kServiceBytes + "\0\x0C\0\1"s + record(kToService, 12, kBox);

  CHECK(in_words(parse_mdns(datagram, kService)) == "ask Freebox Server");
}

TEST_CASE(
    "what is no answer, is of another service, ends early or leads in circles gives nothing") {
  const std::string question = mdns_question(kService, MdnsType::pointer);
  const std::string whole = header(1, 1) + kServiceBytes + "\0\x0C\0\1"s +
                            record(kToService, 12, kBox) + record(kBox, 16, kTexts);

  CHECK(in_words(parse_mdns("", kService)).empty());
  CHECK(in_words(parse_mdns(question, kService)).empty());
  CHECK(in_words(parse_mdns(whole, {"_http", "_tcp", "local"})).empty());
  CHECK(in_words(parse_mdns(header(1, 0) + "\xC0\x0C\0\x0C\0\1"s, kService)).empty());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(in_words(parse_mdns(whole.substr(0, size), kService)).find('|') == std::string::npos);
}

}  // namespace boxmeter::mdns_test
