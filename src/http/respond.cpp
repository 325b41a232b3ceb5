#include "http/respond.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <exception>

#include "base/log.h"

namespace boxmeter::http {
namespace {

/// The reason phrase of RFC 9110, for people; it may be empty.
std::string_view reason(int status) {
  static constexpr std::pair<int, std::string_view> kReasons[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {413, "Payload Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Entity"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  const auto* found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == std::end(kReasons) ? "" : found->second;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", in English whatever the locale.
std::string date(Responder::Time now) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday],
                utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text.data();
}

void add_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

/// A value with a line break in it would be a header, or an answer, of its own.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// The status line and headers.  `connection`: the header lines that tell whether it is kept alive.
std::string head_of(const ServerResponse& response, Responder::Time now,
                    std::string_view connection) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason(response.status)).append("\r\n");
  add_header(head, "Date", date(now));
  for (const auto& [name, value] : response.headers) {
    if (is_token(name) && is_one_line(value)) add_header(head, name, value);
  }
  if (response.status != 204) {  // which has neither, RFC 9110 8.6
    std::size_t size = 0;
    for (const auto& chunk : response.body) size += chunk->size();
    if (!response.content_type.empty()) add_header(head, "Content-Type", response.content_type);
    add_header(head, "Content-Length", std::to_string(size));
  }
  return head.append(connection).append("\r\n");
}

/// What is needed of a request after its handler got it: for the answer's headers and the log.
struct RequestSummary {
  std::string method, path;
  bool keep_alive;
  int minor;
};

template <typename Step>
ServerResponse guarded(const RequestSummary& summary, Step step) {
  try {
    return step();
  } catch (const std::exception& error) {
    log_event(LogLevel::error, summary.method + " " + summary.path + " failed: " + error.what());
  } catch (...) {
    log_event(LogLevel::error, summary.method + " " + summary.path + " failed");
  }
  return ServerResponse::text(500, "internal error\n");
}

Answer answer_of(ServerResponse response, const RequestSummary& summary,
                 std::chrono::seconds keep_alive, Responder::Time now) {
  std::string connection = "Connection: close\r\n";
  if (summary.keep_alive) {
    connection = "Keep-Alive: timeout=" + std::to_string(keep_alive.count()) + "\r\n";
    if (summary.minor == 0) connection += "Connection: keep-alive\r\n";
  }
  Answer answer{.head = head_of(response, now, connection),
                .close = !summary.keep_alive,
                .instead = std::move(response.instead)};
  if (summary.method != "HEAD" && response.status != 204) answer.body = std::move(response.body);
  return answer;
}

/// The answer, or what makes it later.  That may be put off again.
Answer answer_or_later(ServerResponse response, const RequestSummary& summary,
                       std::chrono::seconds keep_alive, Responder::Time now) {
  if (!response.later) return answer_of(std::move(response), summary, keep_alive, now);
  return {.later =
              [later = std::move(response.later), summary, keep_alive] {
                return answer_or_later(guarded(summary, later), summary, keep_alive,
                                       std::chrono::system_clock::now());
              },
          .waits = response.waits};
}

}  // namespace

Answer Responder::answer(RawRequest raw, const Origin& from, Time now) const {
  const ServerRequest request{.method = std::move(raw.line.method),
                              .path = std::move(raw.line.path),
                              .target = std::move(raw.line.target),
                              .query = std::move(raw.line.query),
                              .headers = std::move(raw.headers),
                              .body = std::move(raw.body),
                              .port = from.port,
                              .client = from.client,
                              .tls = from.tls,
                              .control = from.control};
  const RequestSummary summary{request.method, request.path, raw.keep_alive && !from.last,
                               raw.line.minor};
  if (request.path == "*")  // "are you there?", RFC 9110 9.3.7
    return answer_of({.status = 204}, summary, keep_alive_, now);
  return answer_or_later(guarded(summary, [&] { return handler_(request); }), summary, keep_alive_,
                         now);
}

Answer Responder::refuse(const Rejection& rejection, Time now) const {
  auto response = ServerResponse::text(rejection.status, std::string(rejection.why));
  return {.head = head_of(response, now, "Connection: close\r\n"),
          .body = std::move(response.body),
          .close = true};
}

ServerResponse ServerResponse::text(int status, std::string body, std::string content_type) {
  ServerResponse response{.status = status, .content_type = std::move(content_type)};
  response.body.push_back(std::make_shared<const std::string>(std::move(body)));
  return response;
}

std::string ServerRequest::header(std::string_view name) const {
  return header_value(headers, name);
}

std::string ServerRequest::parameter(std::string_view name) const {
  const auto found =
      std::find_if(query.begin(), query.end(), [&](const auto& one) { return one.first == name; });
  return found == query.end() ? "" : found->second;
}

}  // namespace boxmeter::http
