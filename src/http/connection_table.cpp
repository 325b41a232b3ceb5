#include "http/connection_table.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace boxmeter::http {

namespace {

Error not_served() {
  return {ErrorKind::internal, "cannot start serving: " + std::generic_category().message(errno)};
}

}  // namespace

Descriptor opened(int descriptor) {
  if (descriptor < 0) throw not_served();
  return Descriptor(descriptor);
}

void ConnectionTable::watch(int socket) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
  if (::epoll_ctl(epoll(), EPOLL_CTL_ADD, socket, &event) != 0) throw not_served();
}

void ConnectionTable::unwatch(int socket) { ::epoll_ctl(epoll(), EPOLL_CTL_DEL, socket, nullptr); }

Connection* ConnectionTable::add(std::unique_ptr<Connection> connection, std::size_t bound,
                                 std::size_t surplus_bound) {
  auto* added = connection.get();
  const int socket = added->socket;
  const bool taken = table_.with([&](Table& table) {
    added->surplus = table.entries.size() - table.surplus >= bound;
    if (added->surplus && table.surplus >= surplus_bound) return false;
    if (added->surplus) ++table.surplus;
    table.entries[socket] = {.connection = std::move(connection)};
    return true;
  });
  if (!taken) return nullptr;
  epoll_event event{.events = 0, .data = {.fd = socket}};
  ::epoll_ctl(epoll(), EPOLL_CTL_ADD, socket, &event);
  return added;
}

bool ConnectionTable::is_full(std::size_t bound) const {
  return table_.with(
      [&](const Table& table) { return table.entries.size() - table.surplus >= bound; });
}

void ConnectionTable::set_writing(Table& table, Entry& entry, bool writing) {
  if (entry.writing) --table.writing;
  if (writing) ++table.writing;
  entry.writing = writing;
}

template <typename Candidate>
Connection* ConnectionTable::longest_inactive(const Table& table, Candidate candidate) {
  Connection* found = nullptr;
  for (const auto& [socket, entry] : table.entries) {
    auto* connection = entry.connection.get();
    if (entry.lent || connection->surplus || !candidate(*connection)) continue;
    if (found == nullptr || connection->last_active < found->last_active) found = connection;
  }
  return found;
}

Connection* ConnectionTable::least_useful() const {
  return table_.with([](const Table& table) {
    auto* found = longest_inactive(table, [](const Connection& one) { return one.is_silent(); });
    if (found != nullptr) return found;
    return longest_inactive(table, [](const Connection& one) { return one.is_idle(); });
  });
}

Connection* ConnectionTable::slowest_reader(std::size_t bound) const {
  return table_.with([&](const Table& table) -> Connection* {
    if (table.writing <= bound) return nullptr;
    return longest_inactive(
        table, [](const Connection& one) { return one.phase == Connection::Phase::writing; });
  });
}

void ConnectionTable::give_back(Connection& connection, std::uint32_t events) {
  const int socket = connection.socket;
  const bool waits = table_.with([&](Table& table) {
    if (table.stopping) return false;
    auto& entry = table.entries.at(socket);
    entry.lent = false;
    set_writing(table, entry, connection.phase == Connection::Phase::writing);
    epoll_event event{.events = events | EPOLLONESHOT, .data = {.fd = socket}};
    return ::epoll_ctl(epoll(), EPOLL_CTL_MOD, socket, &event) == 0;
  });
  if (!waits) drop(connection);
}

void ConnectionTable::drop(Connection& connection) {
  table_.with([&](Table& table) {
    if (connection.surplus) --table.surplus;
    const auto found = table.entries.find(connection.socket);
    set_writing(table, found->second, false);
    table.entries.erase(found);
  });
}

void ConnectionTable::lend(Connection& connection) {
  table_.with([&](Table& table) {
    auto& entry = table.entries.at(connection.socket);
    entry.lent = true;
    set_writing(table, entry, false);
  });
}

Connection* ConnectionTable::find_waiting(int socket) const {
  return table_.with([&](const Table& table) -> Connection* {
    const auto found = table.entries.find(socket);
    if (found == table.entries.end() || found->second.lent) return nullptr;
    return found->second.connection.get();
  });
}

std::vector<Connection*> ConnectionTable::expired(std::chrono::steady_clock::time_point now) const {
  std::vector<Connection*> found;
  table_.with([&](const Table& table) {
    for (const auto& [socket, entry] : table.entries) {
      if (!entry.lent && entry.connection->until <= now) found.push_back(entry.connection.get());
    }
  });
  return found;
}

bool ConnectionTable::empty() const {
  return table_.with([](const Table& table) { return table.entries.empty(); });
}

bool ConnectionTable::stopping() const {
  return table_.with([](const Table& table) { return table.stopping; });
}

void ConnectionTable::stop() {
  table_.with([](Table& table) { table.stopping = true; });
}

void ConnectionTable::end_all() {
  table_.with([](Table& table) {
    for (const auto& [socket, entry] : table.entries) {
      if (entry.lent) ::shutdown(socket, SHUT_RDWR);
    }
    std::erase_if(table.entries, [](const auto& one) { return !one.second.lent; });
  });
}

}  // namespace boxmeter::http
