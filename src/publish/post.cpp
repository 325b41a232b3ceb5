#include "publish/post.h"

#include <zlib.h>

#include <algorithm>

#include "base/text.h"
#include "publish/answer_text.h"

namespace boxmeter {
namespace {

/// A header's value below this is a word such as "1" or "telegraf", not a key.
constexpr std::size_t kShortestSecret = 8;

/// Throws Error{internal}, which only lack of memory can cause.
std::string gzipped(const std::string& body) {
  constexpr int kGzipWindow = 15 + 16;  // zlib's way to say: the gzip format
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error(ErrorKind::internal, "cannot set up gzip");
  std::string packed(deflateBound(&stream, body.size()), '\0');
  // zlib's input is not const for historical reasons; it is only read.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int end = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (end != Z_STREAM_END) throw Error(ErrorKind::internal, "cannot pack a body");
  return packed;
}

void mask(std::string& text, const std::string& secret) {
  constexpr std::string_view kMask = "***";
  if (secret.empty()) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += kMask.size())
    text.replace(at, secret.size(), kMask);
}

}  // namespace

http::Request post_request(const SinkOptions& sink, const std::string& body) {
  http::Request request{.method = http::Method::post, .url = sink.url, .headers = sink.headers};
  const auto add = [&](std::string name, std::string value) {
    const auto same = [&](const auto& header) { return equal_ignoring_case(header.first, name); };
    if (std::none_of(sink.headers.begin(), sink.headers.end(), same))
      request.headers.emplace_back(std::move(name), std::move(value));
  };
  add("Content-Type", std::string(push_format(sink.format).content_type));
  add("User-Agent", "boxmeter/" BOXMETER_VERSION);
  if (!sink.bearer_token.empty()) add("Authorization", "Bearer " + sink.bearer_token.reveal());
  if (sink.gzip) add("Content-Encoding", "gzip");
  request.body = sink.gzip ? gzipped(body) : body;
  // Delivery is at least once anyway, so a body may go again over a fresh connection.
  request.reading = true;
  return request;
}

PushAnswer push_answer(const SinkOptions& sink, const http::Response& response,
                       WallClock::time_point now) {
  PushAnswer answer{.status = response.status, .body = first_line(response.body)};
  answer.retry_after = retry_after(response.header("retry-after"), now);
  mask(answer.body, sink.password.reveal());
  mask(answer.body, sink.bearer_token.reveal());
  for (const auto& [name, value] : sink.headers)
    if (value.size() >= kShortestSecret) mask(answer.body, value);
  return answer;
}

}  // namespace boxmeter
