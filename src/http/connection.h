#pragma once
#include <chrono>
#include <cstddef>
#include <string>
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

/// One client.  Belongs to one thread at a time: the event loop's, or that of the worker it is lent
/// to.  Its socket never blocks.
struct Connection {
  /// `identity` null: in the clear.
  Connection(int opened, int by_port, const TlsIdentity* identity, std::size_t header_limit,
             std::size_t body_limit)
      : socket(opened),
        port(by_port),
        transport(opened, identity),
        phase(identity == nullptr ? Phase::reading : Phase::greeting),
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

  const int socket;
  const int port;
  Transport transport;
  Phase phase;
  RequestReader reader;
  Output output = {};
  bool close_after = false;  // once `output` is written
  bool surplus = false;      // only here to be told that there are too many
  std::size_t drained = 0;
  std::chrono::steady_clock::time_point until = {};  // of what the phase does
};

}  // namespace boxmeter::http
