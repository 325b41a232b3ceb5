#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxmeter::http {

class TlsIdentity;
class Transport;

/// Somebody who is not served.  `reason` is one of a few words.
struct Refusal {
  std::string_view
      reason;  // silent, connections, slow_request, slow_reader, bad_request, tls, busy
  std::string client = {};  // as ServerRequest::client
  std::string detail = {};  // for people: why no TLS came about
};

struct ServerOptions {
  std::vector<std::string> listen = {
      "127.0.0.1:0"};  // parse_listen_address(); port 0: any free one
  /// Through TLS, as what `identity` says when the client has sent its first byte; in the clear
  /// when that is null, and on a unix socket.  Called by several threads.
  std::vector<std::string> tls_listen = {};
  std::function<std::shared_ptr<const TlsIdentity>()> identity = {};
  std::size_t threads = 8;
  std::size_t handshake_threads = 2;  // with tls_listen
  std::size_t later_threads = 0;      // for ServerResponse::later
  std::size_t later_limit = 64;       // that wait for one of them; more are answered 503
  std::size_t waiting_threads = 0;    // at most, for ServerResponse::waits; more are answered 503
  /// When there are as many, the one that has been there longest without a request makes room for
  /// a new one, else the one that has been idle longest; when all are busy, the new one is answered
  /// 503 and closed.
  std::size_t connections = 512;
  /// Clients that do not keep up with their answers; of more, the one is dropped that has not read
  /// for longest.
  std::size_t slow_readers = 32;
  std::size_t body_limit = 64U << 10;                   // bytes of a request body, chunked or not
  std::size_t header_limit = 32U << 10;                 // bytes of request line and headers
  std::chrono::milliseconds request_deadline{5'000};    // first to last byte of a request
  std::chrono::milliseconds response_deadline{30'000};  // to write an answer
  std::chrono::milliseconds idle_deadline{60'000};      // kept alive without a request
  std::function<void(const Refusal&)> refused = {};     // any thread; must not wait
};

struct ServerRequest {
  std::string method = {};
  std::string path = {};                                          // decoded, without the query
  std::string target = {};                                        // path and query as sent
  std::vector<std::pair<std::string, std::string>> query = {};    // decoded
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case, raw values
  std::string body = {};
  int port = 0;             // of ours, that it came in by; 0: a unix socket
  std::string client = {};  // its IP address; "unix" by a unix socket
  bool tls = false;
  bool control = false;  // by a socket of Server::control()

  /// Empty when there is none.
  std::string header(std::string_view name) const;
  std::string parameter(std::string_view name) const;
};

/// A piece of an answer that several answers may share.
using Chunk = std::shared_ptr<const std::string>;

struct ServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<Chunk> body = {};  // written one after the other; Content-Length is their sum

  /// When set, nothing of the above is sent: the function owns the connection and a thread of its
  /// own, may write to the client (which blocks) as it likes and must return when that fails, as it
  /// does after stop(); then the connection is closed.  For the simulator's faults.
  std::function<void(Transport& client)> instead = {};

  /// When set, nothing of the above is sent, but what the function returns; it is called by one of
  /// `later_threads`, where it may take its time: no other request waits for it.
  std::function<ServerResponse()> later = {};
  /// `later` takes its time by waiting, not by working: it gets a thread for as long as that takes,
  /// and those of `later_threads` stay free.
  bool waits = false;

  static ServerResponse text(int status, std::string body,
                             std::string content_type = "text/plain; charset=utf-8");
};

using Handler = std::function<ServerResponse(const ServerRequest&)>;

/// An HTTP/1.1 server.  Connections wait in one epoll, whether idle, silent, slow to send or slow
/// to read; only a request that has arrived whole gets one of the `threads`, while it is answered.
/// What takes the processor for long (TLS handshakes, `later`) has threads of a lower priority.
/// HEAD is answered as GET without the body, `OPTIONS *` 204 without the handler, and what is not
/// HTTP/1.x by RFC 9112 is refused without it (request_reader.h, request_line.h, respond.h).
class Server {
 public:
  /// Binds, throws Error{config} when an address is in use ("cannot listen on A: Address already in
  /// use") and then serves until destroyed.  `handler` is called from several threads; what it
  /// throws is answered 500 without detail and logged.
  Server(ServerOptions options, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The bound ports, in the order of `listen`, then of `tls_listen`.  Any thread.
  std::vector<int> ports() const;
  /// Listener::shown() of each, in the same order.  Any thread.
  std::vector<std::string> addresses() const;

  /// Listens on these from now on, instead of `listen` and `tls_listen`.  An address that stays is
  /// not touched; a new one is bound before an old one is given up, unless the two share a port:
  /// then the old one is closed first, and bound again when the new one cannot be.  Clients that
  /// are here stay for one more answer.  `bound` is called when nothing can fail any more and
  /// before a new address is served.  Throws Error{config} as the constructor does; then all is as
  /// it was.  Any thread but those of `later`; several calls come one after the other.
  void listen(const std::vector<std::string>& plain, const std::vector<std::string>& tls,
              const std::function<void()>& bound = {});

  /// Listens beside that on unix sockets which only the user that we run as can use (mode 0600),
  /// instead of those of the last call.  Returns why one of them could not be bound.  Threads as
  /// listen().
  std::vector<std::string> control(const std::vector<std::string>& addresses);

  /// Accepts nothing more, closes all connections, lets running handlers end.  Any thread, also a
  /// handler's; does not wait for handlers (the destructor does).
  void stop();

  /// True when the last ping came back through the event loop and one of the `threads`, or when
  /// there was none; sends another.  Who asks now and then sees a server that hangs.  Any thread.
  bool still_answers();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter::http
