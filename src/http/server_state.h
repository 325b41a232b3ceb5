#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "http/connection.h"
#include "http/connection_table.h"
#include "http/listen.h"
#include "http/respond.h"
#include "http/server.h"
#include "http/transport.h"
#include "http/work_queue.h"

namespace boxmeter::http {

/// The insides of a Server: its threads and what they share.  The event loop is server_loop.cpp,
/// what the others do server_work.cpp.
struct Server::State {
  using Clock = std::chrono::steady_clock;
  using milliseconds = std::chrono::milliseconds;

  /// An address to listen on, as the options or listen() have it.
  struct WantedAddress {
    std::string address;
    bool tls = false;
  };
  /// A listening socket, and what it was made of.
  struct Listening {
    std::string address;  // as it was wanted
    std::string shown;
    std::optional<Listener> listener;  // null: no longer listens
    std::shared_ptr<ListenerState> state;
    bool tls = false;  // used by the event loop only
  };
  using ListeningPtr = std::shared_ptr<Listening>;
  using Listenings = std::vector<ListeningPtr>;
  /// Functions that other threads have the event loop call.
  struct LoopTasks {
    std::vector<std::function<void()>> waiting = {};
    bool ended = false;  // the loop is gone
  };
  /// A connection whose answer is made later (ServerResponse::later).
  struct DeferredAnswer {
    Connection* connection;
    std::function<Answer()> answer;
  };
  /// A thread for one `instead` or `waits`.
  struct OwnThread {
    std::atomic<bool> done = false;
    std::thread thread;
  };

  State(ServerOptions with, Handler calling);
  ~State();

  void end();
  void stop();
  bool still_answers();
  void wake_up();

  void start_threads();
  void start_handshake_threads();

  // Changes of where we listen: server_listen.cpp.
  static std::vector<WantedAddress> wanted(const std::vector<std::string>& plain,
                                           const std::vector<std::string>& tls);
  void listen(const std::vector<WantedAddress>& wanted, const std::function<void()>& ready);
  std::vector<std::string> control(const std::vector<std::string>& addresses);
  void bind_missing(const std::vector<WantedAddress>& wanted, Listenings& next,
                    const Listenings& leaving);
  void bind_again(const Listenings& gone);
  void run_in_loop(const std::function<void()>& task);
  // The event loop's thread.
  void run_loop_tasks();
  void end_loop();
  void serve(Listening& listening, bool tls);
  void stop_listening(Listening& listening);

  // The event loop's thread.
  void loop();
  void handle_wake_up();
  bool accept_from(const Listening& at);
  void add_client(int socket, const std::string& client, const Listening& at);
  void readable(Connection& connection);
  /// "100 Continue" if the client waits for it; false: it could not be sent, and the connection is
  /// gone.
  bool send_continue(Connection& connection);
  void await_more(Connection& connection);
  void read_slow();
  int epoll_timeout(Clock::time_point next_check);
  void drain(Connection& connection, std::size_t arrived);
  void end_expired(Clock::time_point now);
  void make_room();
  void drop_slow_readers();

  // A worker's thread, or the event loop's.
  void work(Connection& connection, const Responder& responder);
  void handshake(Connection& connection);
  void defer(Connection& connection, const Responder& responder, Answer answer);
  void answer_deferred(const DeferredAnswer& deferred);
  bool send(Connection& connection, Answer answer);
  bool write(Connection& connection);
  void refuse(Connection& connection, const Responder& responder, const Rejection& rejection);
  void finish(Connection& connection);
  void run_instead(Connection& connection, std::function<void(Transport&)> instead);
  bool run_in_own_thread(std::size_t limit, std::function<void()> work);
  void report_refused(std::string_view reason, const Connection& connection,
                      const std::string& detail = "") const;

  const ServerOptions options;
  const Handler handler;
  const milliseconds period;
  Guarded<Listenings> listenings;          // in the order that was wanted; held during a change
  Guarded<Listenings> control_listenings;  // of control()
  Guarded<LoopTasks> loop_tasks;
  Descriptor wake;
  Descriptor spare;  // see accept_from
  ConnectionTable connections;
  Guarded<std::list<OwnThread>> own_threads;
  WorkQueue<Connection*> jobs;       // answers, and the rest of answers; null: a ping
  std::atomic<bool> pinged = false;  // and the ping has not been through yet
  WorkQueue<Connection*> handshakes;
  bool has_handshake_threads = false;  // guarded by `listenings`
  WorkQueue<DeferredAnswer> deferred_answers;

  // Used by the event loop's thread only.
  std::unordered_map<int, Listening*> listeners;  // by socket; all of both lists
  const Responder refuser;
  std::array<char, 64U << 10> buffer;
  /// Sockets of slow requests: not watched by epoll, read together every kSlowPeriod.
  std::vector<int> slow;
  Clock::time_point next_slow = {};

  std::promise<void> closing;
  std::shared_future<void> closed = closing.get_future().share();
  std::vector<std::thread> threads;  // last: they use all of the above
};

}  // namespace boxmeter::http
