#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/request_reader.h"
#include "http/respond.h"
#include "http/transport.h"

namespace boxmeter::http {

/// What is still to be written of an answer.  Never blocks.
class Output {
 public:
  Output() = default;
  Output(std::string head, std::vector<Chunk> body);

  enum class Written { all, some, failed };
  Written write_to(Transport& transport);

 private:
  std::vector<Chunk> chunks_ = {};
  std::size_t chunk_ = 0, byte_ = 0;  // the first that is not written yet
};

/// Of a listening socket: what the connections that it accepted need to know.
struct ListenerState {
  const int port;      // 0: a unix socket
  const bool control;  // of Server::control()
  /// No longer listens: its connections are closed after their next answer.
  std::atomic<bool> closed = false;
};

/// One client.  Belongs to one thread at a time: the event loop's, or that of the worker it is lent
/// to.  Its socket never blocks.
struct Connection {
  /// `tls`: the client begins with TLS.
  Connection(int opened, std::shared_ptr<const ListenerState> accepted_by, bool tls,
             std::size_t header_limit, std::size_t body_limit)
      : socket(opened),
        listener(std::move(accepted_by)),
        transport(opened),
        phase(tls ? Phase::handshake : Phase::reading),
        reader(header_limit, body_limit) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class Phase {
    handshake,  // the TLS handshake
    reading,    // a request, or nothing yet
    writing,    // the rest of an answer, as the client reads slowly
    draining,   // after the last answer: input is discarded, since closing now would send a reset
  };

  /// Has never sent a whole request, and nothing is being written to it.
  bool is_silent() const {
    return !asked && (phase == Phase::handshake || phase == Phase::reading);
  }
  bool is_idle() const { return asked && phase == Phase::reading && !reader.started(); }

  const int socket;
  const std::shared_ptr<const ListenerState> listener;
  std::string client = {};  // as ServerRequest::client
  Transport transport;
  Phase phase;
  RequestReader reader;
  Output output = {};
  bool asked = false;        // has sent a whole request
  bool close_after = false;  // once `output` is written
  bool surplus = false;      // above the limit: it only gets a 503
  std::size_t drained = 0;
  std::chrono::steady_clock::time_point until = {};        // deadline of the phase
  std::chrono::steady_clock::time_point last_active = {};  // accepted, last asked or last read
};

}  // namespace boxmeter::http
