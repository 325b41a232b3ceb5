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

/// What is still to be written of an answer.  Never waits.
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

/// Where connections came in.
struct Door {
  const int port;      // 0: a unix socket
  const bool control;  // of Server::control()
  /// Nothing comes in here any more, and whoever did goes after the next answer.
  std::atomic<bool> closed = false;
};

/// One client.  Belongs to one thread at a time: the event loop's, or that of the worker it is lent
/// to.  Its socket never blocks.
struct Connection {
  /// `tls`: the client begins with TLS.
  Connection(int opened, std::shared_ptr<const Door> by, bool tls, std::size_t header_limit,
             std::size_t body_limit)
      : socket(opened),
        door(std::move(by)),
        transport(opened),
        phase(tls ? Phase::greeting : Phase::reading),
        reader(header_limit, body_limit) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class Phase {
    greeting,  // TLS is being agreed on
    reading,   // a request, or nothing yet
    writing,   // the client does not keep up
    draining,  // answered for good: what still arrives is dropped, so that no reset eats the answer
  };

  /// Neither a whole request has come from it nor is anything under way.
  bool is_silent() const { return !asked && (phase == Phase::greeting || phase == Phase::reading); }
  bool is_idle() const { return asked && phase == Phase::reading && !reader.started(); }

  const int socket;
  const std::shared_ptr<const Door> door;
  std::string client = {};  // as ServerRequest::client
  Transport transport;
  Phase phase;
  RequestReader reader;
  Output output = {};
  bool asked = false;        // has sent a whole request
  bool close_after = false;  // once `output` is written
  bool surplus = false;      // only here to be told that there are too many
  std::size_t drained = 0;
  std::chrono::steady_clock::time_point until = {};  // of what the phase does
  std::chrono::steady_clock::time_point moved = {};  // accepted, last asked or last read
};

}  // namespace boxmeter::http
