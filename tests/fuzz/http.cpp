#include "base/error.h"
#include "fuzz.h"
#include "http/digest.h"
#include "http/request_reader.h"
#include "http/target.h"

namespace boxmeter::fuzz {

using namespace http;

void challenge(std::string_view input) {
  const auto found = find_digest_challenge(input);
  if (!found) return;
  const Secret password("swordfish");
  const std::string header = answer(
      *found,
      {.username = "a\"b", .password = password, .method = "GET", .target = "/", .cnonce = "c"});
  expect(header.starts_with("Digest "), "the answer is a digest");
  expect(header.find_first_of("\r\n") == std::string::npos, "the answer is one header line");
  if (input.find("swordfish") == std::string_view::npos)  // the fuzzer reads along
    expect(header.find("swordfish") == std::string::npos, "the answer hides the password");
}

namespace {

constexpr std::size_t kHeaders = 2000, kBody = 4000;

/// Every request in the bytes, cut out of pieces of `step` bytes; ends with the status of a
/// refusal.
std::string requests(std::string_view bytes, std::size_t step) {
  RequestReader reader(kHeaders, kBody);
  std::string all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto progress = reader.add(bytes.substr(at, step));
    while (progress == RequestReader::Progress::complete) {
      const RawRequest taken = reader.take();
      expect(taken.body.size() <= kBody, "a body is bounded");
      all += taken.line + "\n";
      for (const auto& [name, value] : taken.headers) all += name + ":" + value + "\n";
      all += taken.body + (taken.keep_alive ? "\n+\n" : "\n-\n");
      progress = reader.advance();
    }
    if (progress == RequestReader::Progress::failed) {
      expect(reader.status() >= 400, "a refusal has a status");
      return all + std::to_string(reader.status());
    }
  }
  return all;
}

}  // namespace

void request(std::string_view input) {
  expect(requests(input, 1) == requests(input, 7), "how bytes arrive changes nothing");
  expect(requests(input, 7) == requests(input, input.size() + 1),
         "how bytes arrive changes nothing");
}

void url(std::string_view input) {
  const http::Target target = parse_target(input);
  check_characters(input);
  expect(!target.host.empty(), "a URL names a host");
  expect(target.origin == origin_of(input), "one origin");
  const std::string in_line = request_target(input);
  expect(in_line.starts_with('/'), "a request line begins with a path");
  expect(in_line.find_first_of(" \r\n#") == std::string::npos, "a request line is one line");
}

}  // namespace boxmeter::fuzz
