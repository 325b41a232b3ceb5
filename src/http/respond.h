#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/request_reader.h"
#include "http/server.h"

namespace boxmeter::http {

/// What goes back over the socket.
struct Answer {
  std::string head = {};
  std::vector<Chunk> body = {};
  bool close = false;
  std::function<void(Transport& client)> instead = {};  // see ServerResponse
};

/// Request in, answer out, without I/O: cpp-httplib's server run over memory.  It reads the request
/// line (methods, versions, percent-encoding, the query) and writes the head of the answer; the
/// headers never go through it (it would decode their values), nor do bodies (it would compress
/// and copy them).  One thread at a time.
class Responder {
 public:
  /// `handler` outlives it; clients are told to keep connections for `keep_alive`.
  Responder(const Handler& handler, std::chrono::seconds keep_alive);
  ~Responder();

  /// What the handler throws becomes a 500 and a log line.
  Answer answer(RawRequest raw, int port);
  /// For requests that cannot be read: a short text, and the connection is closed.
  Answer refuse(int status);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace boxmeter::http
