#pragma once
#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/descriptor.h"
#include "base/guarded.h"
#include "http/connection.h"

namespace boxmeter::http {

/// `descriptor`, which was opened just now.  Throws Error{internal} with errno's text when it could
/// not be.
Descriptor opened(int descriptor);

/// All connections, and the epoll that watches them.  A connection belongs to the event loop, or to
/// the worker that it was lent to, until that calls give_back() or drop().  Any thread.
class ConnectionTable {
 public:
  /// Adds a descriptor to the epoll that is no connection: a listener, the wake-up.  Throws
  /// Error{internal} when the system takes no more.
  void watch(int socket);
  void unwatch(int socket);

  /// Adds a connection, which belongs to the event loop and is not watched before give_back(). With
  /// `bound` others there it is marked as surplus; with `surplus_bound` of those it is closed, and
  /// the result is nullptr.
  Connection* add(std::unique_ptr<Connection> connection, std::size_t bound,
                  std::size_t surplus_bound);
  bool is_full(std::size_t bound) const;

  // Which waiting connection to close in favour of others; nullptr: none.  For the event loop's
  // thread: in another one the connection might be lent the next moment.

  /// The one that has been silent for longest (never sent a whole request), else idle for longest.
  Connection* least_useful() const;
  /// If more than `bound` clients lag behind in reading their answers: the one that has read
  /// nothing for longest.
  Connection* slowest_reader(std::size_t bound) const;
  /// The connection of that socket; nullptr if there is none, or if it is lent.
  Connection* find_waiting(int socket) const;
  /// Connections whose deadline has passed.
  std::vector<Connection*> expired(std::chrono::steady_clock::time_point now) const;

  // By whom the connection belongs to, in any thread.

  /// Gives the connection back, to wait for `events`; the caller must not touch it any more.  After
  /// stop(), or when epoll refuses it, it is dropped.
  void give_back(Connection& connection, std::uint32_t events);
  /// Closes it.
  void drop(Connection& connection);
  /// The event loop gives it to a worker.
  void lend(Connection& connection);

  bool empty() const;
  bool stopping() const;

  /// From now on, connections that are given back are dropped.
  void stop();
  /// Closes the connections that wait, and shuts down the sockets of those that are lent: their
  /// workers notice at the next write.  For the event loop's thread, after stop().
  void end_all();

  int epoll() const { return epoll_.get(); }

 private:
  struct Entry {
    std::unique_ptr<Connection> connection;
    bool lent = false;
    bool writing = false;  // until its client reads on
  };
  struct Table {
    std::unordered_map<int, Entry> entries;
    std::size_t surplus = 0;  // of the entries
    std::size_t writing = 0;
    bool stopping = false;
  };
  static void set_writing(Table& table, Entry& entry, bool writing);
  template <typename Candidate>
  static Connection* longest_inactive(const Table& table, Candidate candidate);

  Descriptor epoll_ = opened(::epoll_create1(EPOLL_CLOEXEC));
  Guarded<Table> table_;
};

}  // namespace boxmeter::http
