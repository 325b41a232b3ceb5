#include "http/respond.h"

#include <httplib.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <exception>

namespace boxmeter::http {
namespace {

/// The request to read from, and what the library writes.
class Memory final : public httplib::Stream {
 public:
  explicit Memory(std::string_view input) : input_(input) {}

  bool is_readable() const override { return !input_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const auto count = input_.copy(to, size);
    input_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return -1; }

  std::string& output() { return output_; }

 private:
  std::string_view input_;
  std::string output_;
};

ServerResponse refusal(int status) {
  switch (status) {
    case 408:
      return ServerResponse::text(status, "the request took too long\n");
    case 413:
      return ServerResponse::text(status, "the body of the request is too large\n");
    case 414:
      return ServerResponse::text(status, "the path is too long\n");
    case 417:
      return ServerResponse::text(status, "only 100-continue can be expected\n");
    case 431:
      return ServerResponse::text(status, "the headers of the request are too large\n");
    case 501:
      return ServerResponse::text(status, "the only transfer coding understood is chunked\n");
    case 503:
      return ServerResponse::text(status, "too many connections\n");
    default:
      return ServerResponse::text(status, "the request is not HTTP/1.1\n");
  }
}

ServerResponse guarded(const Handler& handler, const ServerRequest& request) {
  try {
    return handler(request);
  } catch (const std::exception& error) {
    spdlog::error("{} {} failed: {}", request.method, request.path, error.what());
  } catch (...) {
    spdlog::error("{} {} failed", request.method, request.path);
  }
  return ServerResponse::text(500, "internal error\n");
}

}  // namespace

struct Responder::Engine final : httplib::Server {
  Engine(const http::Handler& to, std::chrono::seconds keep_alive) : handler(to) {
    set_pre_routing_handler([this](const httplib::Request& parsed, httplib::Response& response) {
      fill(parsed, response);
      return HandlerResponse::Handled;
    });
    set_keep_alive_timeout(keep_alive.count());  // these two only for the header that tells them
    set_keep_alive_max_count(1'000'000);
  }

  /// One exchange: `line` and nothing else of the request.
  std::string run(const std::string& line, bool close) {
    // The library adds to a HEAD what is not true of us, and the body is not its business anyway.
    const bool head = line.starts_with("HEAD ");
    const auto input = (head ? "GET" + line.substr(4) : line) + "\r\n\r\n";
    Memory memory(input);
    bool closed = false;
    routed = false;
    process_request(memory, close, closed, nullptr);
    return std::move(memory.output());
  }

  void fill(const httplib::Request& parsed, httplib::Response& response) {
    routed = true;
    if (refused == 0) {
      request.path = parsed.path;
      request.target = parsed.target;
      request.query.assign(parsed.params.begin(), parsed.params.end());
      answer = guarded(handler, request);
    } else {
      answer = refusal(refused);
    }
    std::size_t size = 0;
    for (const auto& chunk : answer.body) size += chunk->size();
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.set_header(name, value);
    if (!answer.content_type.empty() && answer.status != 204)
      response.set_header("Content-Type", answer.content_type);
    response.set_header("Content-Length", std::to_string(size));
    if (keep_alive_told) response.set_header("Connection", "keep-alive");
  }

  const http::Handler& handler;
  // The exchange that runs.
  ServerRequest request = {};
  ServerResponse answer = {};
  int refused = 0;
  bool keep_alive_told = false;
  bool routed = false;
};

Responder::Responder(const Handler& handler, std::chrono::seconds keep_alive)
    : engine_(std::make_unique<Engine>(handler, keep_alive)) {}
Responder::~Responder() = default;

Answer Responder::answer(RawRequest raw, int port) {
  if (raw.line.size() >= CPPHTTPLIB_REQUEST_URI_MAX_LENGTH) return refuse(414);
  auto& engine = *engine_;
  const auto method_end = std::min(raw.line.find(' '), raw.line.size());
  engine.request = {.method = raw.line.substr(0, method_end),
                    .headers = std::move(raw.headers),
                    .body = std::move(raw.body),
                    .port = port};
  engine.answer = {};
  engine.refused = 0;
  engine.keep_alive_told = raw.keep_alive && raw.line.ends_with("HTTP/1.0");
  Answer answer{.head = engine.run(raw.line, !raw.keep_alive), .close = !raw.keep_alive};
  if (!engine.routed) return refuse(400);  // the library could not read the line
  if (engine.request.method != "HEAD") answer.body = std::move(engine.answer.body);
  answer.instead = std::move(engine.answer.instead);
  engine.answer = {};  // chunks are freed with their last reader, not with our next request
  return answer;
}

Answer Responder::refuse(int status) {
  auto& engine = *engine_;
  engine.refused = status;
  engine.keep_alive_told = false;
  Answer answer{.head = engine.run("GET / HTTP/1.1", true), .close = true};
  answer.body = std::move(engine.answer.body);
  return answer;
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
