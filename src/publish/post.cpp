#include "publish/post.h"

#include <algorithm>

#include "base/text.h"
#include "publish/answer_text.h"
#include "publish/gzip.h"

namespace boxmeter {
namespace {

/// Shorter values of configured headers are words such as "1" or "telegraf", not secrets.
constexpr std::size_t kShortestSecret = 8;

void mask(std::string& text, const std::string& secret) {
  constexpr std::string_view kMask = "***";
  if (secret.empty()) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += kMask.size())
    text.replace(at, secret.size(), kMask);
}

}  // namespace

http::Request post_request(const SinkOptions& sink, std::string body) {
  http::Request request{.method = http::Method::post, .url = sink.url, .headers = sink.headers};
  const auto add = [&](std::string name, std::string value) {
    const auto same = [&](const auto& header) { return equal_ignoring_case(header.first, name); };
    if (std::none_of(sink.headers.begin(), sink.headers.end(), same))
      request.headers.emplace_back(std::move(name), std::move(value));
  };
  add("Content-Type", std::string(sink.format->content_type));
  add("User-Agent", "boxmeter/" BOXMETER_VERSION);
  if (!sink.bearer_token.empty()) add("Authorization", "Bearer " + sink.bearer_token.reveal());
  if (sink.gzip) add("Content-Encoding", "gzip");
  request.body = sink.gzip ? gzipped(body) : std::move(body);
  // Delivery is at least once anyway, so the client may send a body again over a new connection.
  request.reading = true;
  request.status_is_enough = true;  // the body of the response is only for messages
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
