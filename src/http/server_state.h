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
#include "http/listen.h"
#include "http/parking.h"
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

  struct Wanted {
    std::string address;
    bool tls = false;
  };
  struct Listening {
    std::string address;  // as it was wanted
    std::string shown;
    std::optional<Listener> listener;  // null: given up
    std::shared_ptr<Door> door;
    bool tls = false;  // the event loop's
  };
  using ListeningPtr = std::shared_ptr<Listening>;
  using Listenings = std::vector<ListeningPtr>;
  /// What others have the event loop do.
  struct Errands {
    std::vector<std::function<void()>> waiting = {};
    bool ended = false;  // the loop is gone
  };
  /// A connection that waits for what its handler put off.
  struct Put {
    Connection* connection;
    std::function<Answer()> answer;
  };
  struct Aside {
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
  void start_greeters();

  // Changes of where we listen: server_listen.cpp.
  static std::vector<Wanted> wanted(const std::vector<std::string>& plain,
                                    const std::vector<std::string>& tls);
  void listen(const std::vector<Wanted>& wanted, const std::function<void()>& ready);
  std::vector<std::string> control(const std::vector<std::string>& addresses);
  void bind_missing(const std::vector<Wanted>& wanted, Listenings& next, const Listenings& leaving);
  void bind_again(const Listenings& gone);
  void in_loop(const std::function<void()>& errand);
  // The event loop's thread.
  void run_errands();
  void end_errands();
  void serve(Listening& listening, bool tls);
  void let_go(Listening& listening);

  // The event loop's thread.
  void loop();
  void look_at_wake();
  bool accept_from(const Listening& at);
  void take_in(int socket, const std::string& client, const Listening& at);
  void readable(Connection& connection);
  void await_more(Connection& connection);
  void look_at_slow();
  int patience(Clock::time_point next_sweep);
  void drain(Connection& connection, std::size_t arrived);
  void sweep(Clock::time_point now);
  void make_room();
  void drop_slow_readers();

  // A worker's thread, or the event loop's.
  void work(Connection& connection, const Responder& responder);
  void greet(Connection& connection);
  void put_off(Connection& connection, const Responder& responder, Answer answer);
  void work_later(const Put& put);
  bool send(Connection& connection, Answer answer);
  bool write(Connection& connection);
  void refuse(Connection& connection, const Responder& responder, const Rejection& rejection);
  void finish(Connection& connection);
  void hand_over(Connection& connection, std::function<void(Transport&)> instead);
  bool set_aside(std::size_t limit, std::function<void()> work);
  void tell_refused(std::string_view reason, const Connection& connection,
                    const std::string& detail = "") const;

  const ServerOptions options;
  const Handler handler;
  const milliseconds period;
  Guarded<Listenings> open;    // in the order that was wanted; held during a change
  Guarded<Listenings> owners;  // of control()
  Guarded<Errands> errands;
  Descriptor wake;
  Descriptor spare;  // see accept_from
  Parking parking;
  Guarded<std::list<Aside>> asides;  // the threads of `instead` and `waits`
  WorkQueue<Connection*> jobs;       // answers, and the rest of answers; null: a ping
  std::atomic<bool> pinged = false;  // and not come back yet
  WorkQueue<Connection*> greetings;
  bool greets = false;  // who changes `open`
  WorkQueue<Put> put_offs;

  // The event loop's own.
  std::unordered_map<int, Listening*> listeners;  // by socket; `open` and `owners` hold them
  const Responder refuser;
  std::array<char, 64U << 10> buffer;
  std::vector<int> slow;  // sockets that epoll does not watch, looked at together
  Clock::time_point next_slow = {};

  std::promise<void> closing;
  std::shared_future<void> closed = closing.get_future().share();
  std::vector<std::thread> threads;  // last: they use all of the above
};

}  // namespace boxmeter::http
