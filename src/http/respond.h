#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "http/request_reader.h"
#include "http/server.h"

namespace boxmeter::http {

/// An answer ready to be written, or how to get it.
struct Answer {
  std::string head = {};
  std::vector<Chunk> body = {};
  bool close = false;
  std::function<void(Transport& client)> instead = {};  // see ServerResponse
  std::function<Answer()> later = {};                   // the same; throws nothing
  bool waits = false;                                   // the same
};

/// Where a request came in.
struct Origin {
  int port = 0;
  std::string client = {};
  bool tls = false;
  bool control = false;
  bool last = false;  // no more requests are taken from there
};

/// Makes answers of requests, without I/O.  `now` is the time in the Date header.  Any thread, when
/// the handler allows it; throws nothing.
class Responder {
 public:
  using Time = std::chrono::system_clock::time_point;

  /// `handler` outlives it; clients are told to keep connections for `keep_alive`.
  Responder(const Handler& handler, std::chrono::seconds keep_alive)
      : handler_(handler), keep_alive_(keep_alive) {}

  /// What the handler throws becomes a 500 and a log line.
  Answer answer(RawRequest raw, const Origin& from, Time now) const;
  /// For requests that cannot be read: a short text, and the connection is closed.
  Answer refuse(const Rejection& rejection, Time now) const;

 private:
  const Handler& handler_;
  std::chrono::seconds keep_alive_;
};

}  // namespace boxmeter::http
