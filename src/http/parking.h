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

/// All connections, and the epoll in which they wait.  A connection belongs to the event loop, or
/// is lent to a worker until park() or drop().  Any thread.
class Parking {
 public:
  /// Watches something that is no connection: a listener, the wake-up.
  void watch(int socket);
  void unwatch(int socket);

  /// Marks the connection as surplus above `bound`; nullptr, and closed, above `surplus_bound` of
  /// those.
  Connection* add(std::unique_ptr<Connection> connection, std::size_t bound,
                  std::size_t surplus_bound);
  bool is_full(std::size_t bound) const;

  // Whom to drop for somebody else: among those that wait, nullptr when there is none.  For the
  // event loop's thread, as only there nobody else has it the next moment.

  /// The first of those that came and never asked, else of those that are idle.
  Connection* least_useful() const;
  /// When more than `bound` do not keep up with their answers: the one that has not read longest.
  Connection* slowest_reader(std::size_t bound) const;
  /// The connection waits for `events`; whoever calls has done with it.  After stop() it is
  /// dropped.
  void park(Connection& connection, std::uint32_t events);
  void drop(Connection& connection);
  void lend(Connection& connection);

  /// Nullptr when there is no such connection, or when it is lent.
  Connection* waiting(int socket) const;
  /// Those that wait in vain.
  std::vector<Connection*> late(std::chrono::steady_clock::time_point now) const;
  bool empty() const;
  bool stopping() const;

  /// From now on nothing is parked.
  void stop();
  /// Closes what waits, and shuts down what is lent: its worker finds out at its next write.  For
  /// the event loop's thread, after stop().
  void end_all();

  int epoll() const { return epoll_.get(); }

 private:
  struct Entry {
    std::unique_ptr<Connection> connection;
    bool lent = false;
    bool writing = false;  // waits for its client to read on
  };
  struct Table {
    std::unordered_map<int, Entry> entries;
    std::size_t surplus = 0;  // of the entries
    std::size_t writing = 0;
    bool stopping = false;
  };
  static void set_writing(Table& table, Entry& entry, bool writing);
  template <typename Candidate>
  static Connection* longest_unmoved(const Table& table, Candidate candidate);

  Descriptor epoll_ = opened(::epoll_create1(EPOLL_CLOEXEC));
  Guarded<Table> table_;
};

}  // namespace boxmeter::http
