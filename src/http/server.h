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

/// A client that was refused or disconnected.  `reason` is one of: silent (never asked, made room
/// for another), connections (limit reached, all busy), slow_request or slow_reader (deadline
/// passed, or too many slow readers), bad_request, tls (no handshake; `detail` says why), busy (too
/// many `later` answers waiting).
struct RefusedClient {
  std::string_view reason;
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
  /// Threads that run ServerResponse::later; with 0 each such answer is a 503.
  std::size_t later_threads = 0;
  std::size_t later_limit = 64;  // of those that may wait for such a thread; more are answered 503
  std::size_t waiting_threads = 0;  // at most, for ServerResponse::waits; more are answered 503
  /// Most open connections.  When the limit is reached, a new connection replaces the oldest one
  /// that never sent a request, else the one idle longest.  If all are busy, the new client is
  /// answered 503 and closed; over TLS, or with 64 such refusals in progress, it is closed without
  /// an answer.
  std::size_t connections = 512;
  /// Most clients that may lag behind in reading their answers.  Beyond that, the one that has read
  /// nothing for longest is disconnected.
  std::size_t slow_readers = 32;
  std::size_t body_limit = 64U << 10;    // bytes of a request body, chunked or not
  std::size_t header_limit = 32U << 10;  // bytes of request line and headers
  /// From the first to the last byte of a request; also limits a TLS handshake.
  std::chrono::milliseconds request_deadline{5'000};
  /// From the moment an answer is ready until all of it is written.
  std::chrono::milliseconds response_deadline{30'000};
  /// Of a connection without a request, new or kept alive.
  std::chrono::milliseconds idle_deadline{60'000};
  /// Called by any thread, also the event loop: must not block and must not call Server::stop(),
  /// which would deadlock.
  std::function<void(const RefusedClient&)> refused = {};
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

  /// The header `name` (lower case); several of that name are joined by ", ".  Empty if there is
  /// none.
  std::string header(std::string_view name) const;
  /// The first query parameter of that name; empty if there is none.
  std::string parameter(std::string_view name) const;
};

/// A piece of an answer that several answers may share.
using Chunk = std::shared_ptr<const std::string>;

struct ServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  /// One whose name is no token or whose value has a line break or NUL is left out silently.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<Chunk> body = {};  // written one after the other; Content-Length is their sum

  /// When set, nothing of the above is sent: the function owns the connection and a thread of its
  /// own, may write to the client (which blocks) as it likes and must return when that fails, as it
  /// does after stop(); then the connection is closed.  For the simulator's faults.
  std::function<void(Transport& client)> instead = {};

  /// If set, the fields above are ignored and the response that this function returns is sent.  It
  /// runs in one of `later_threads`, may take long and delays no other client.  What it throws is
  /// answered 500.  The returned response may have a `later` again; its `instead` is ignored.
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
/// For HEAD the handler is called with method "HEAD"; its headers and Content-Length are sent, its
/// body is not.  `OPTIONS *` is answered 204 without calling the handler; so are requests that are
/// not valid HTTP/1.x (RFC 9112), with an error status (request_reader.h, request_line.h,
/// respond.h).
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
  /// then the old one is closed first, and bound again when the new one cannot be.  Connections to
  /// an address that is given up are closed after their next answer.  `bound` is called when
  /// nothing can fail any more and before a new address is served.  Throws Error{config} as the
  /// constructor does; then all is as it was.  Any thread but those of `later`; several calls come
  /// one after the other.
  void listen(const std::vector<std::string>& plain, const std::vector<std::string>& tls,
              const std::function<void()>& bound = {});

  /// Listens also on unix sockets that only the user that we run as can use (mode 0600), instead of
  /// those of the last call.  Returns an error for each that could not be bound.  Threads as
  /// listen().
  std::vector<std::string> control(const std::vector<std::string>& addresses);

  /// Accepts nothing more, closes all connections, lets running handlers end.  Any thread, also a
  /// handler's; does not wait for handlers (the destructor does).
  void stop();

  /// For a watchdog that calls it regularly.  If the previous ping has passed through the event
  /// loop and one of the `threads` (or none was sent yet), sends a new one and returns true.
  /// Otherwise sends nothing and returns false.  Repeated false means that the server hangs.  Any
  /// thread.
  bool still_answers();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter::http
