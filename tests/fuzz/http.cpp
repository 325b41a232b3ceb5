#include "base/error.h"
#include "fuzz.h"
#include "http/digest.h"
#include "http/request_reader.h"
#include "http/respond.h"
#include "http/target.h"
#include "http/url.h"

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

/// What it asked for comes back in a header: whatever that is, the head stays one.
void check_head_of(const RawRequest& request) {
  const Handler handler = [](const ServerRequest& asked) {
    auto response = ServerResponse::text(200, asked.path);
    response.headers = {{"X-Path", asked.path}, {asked.path, "1"}};
    return response;
  };
  const auto head =
      Responder(handler, std::chrono::seconds(1)).answer(request, {.port = 80}, {}).head;
  expect(head.starts_with("HTTP/1.1 "), "a head begins with a status line");
  expect(head.find("\r\n\r\n") == head.size() - 4, "a head ends once");
}

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
      const std::string_view target = taken.line.target;
      expect(target == "*" || target.starts_with('/'), "a target is a path");
      expect(target.find_first_of(" #\r\n") == std::string_view::npos, "a target is one word");
      all += taken.line.method + " " + taken.line.target + " " + taken.line.path + "\n";
      for (const auto& [name, value] : taken.line.query) all += name + "=" + value + "\n";
      for (const auto& [name, value] : taken.headers) all += name + ":" + value + "\n";
      all += taken.body + (taken.keep_alive ? "\n+\n" : "\n-\n");
      check_head_of(taken);
      progress = reader.advance();
    }
    if (progress == RequestReader::Progress::failed) {
      const Rejection& rejection = reader.rejection();
      expect(rejection.status >= 400, "a refusal has a status");
      return all + std::to_string(rejection.status) + " " + std::string(rejection.why);
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
  if (const auto found = parse_url(input); found && !found->has_credentials) {
    const auto again = parse_url(found->origin() + found->rest);
    expect(again && again->host == found->host && again->port == found->port,
           "what is written anew is read the same");
  }
  const http::Target target = parse_target(input);
  expect(!target.host.empty(), "a URL names a host");
  expect(parse_target(target.origin).origin == target.origin, "one origin");
  expect(target.request.starts_with('/'), "a request line begins with a path");
  expect(target.request.find_first_of(" \r\n#") == std::string::npos, "a request line is one line");
}

}  // namespace boxmeter::fuzz
