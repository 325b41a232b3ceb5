#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "http/server_state.h"

// The event loop of a Server: it waits for all connections, reads, and never works for long.
namespace boxmeter::http {
namespace {

using Phase = Connection::Phase;
using std::chrono::milliseconds;

// How many connections above the limit are answered 503 at a time; more are closed without an
// answer.
constexpr std::size_t kRefusedAtOnce = 64;
// Bytes that a refused client may go on sending.
constexpr std::size_t kDrainBytes = 4U << 20;
// A request that takes longer than kSlowAfter to arrive is read only once in kSlowPeriod: 200
// clients that send byte by byte would wake the loop 2,000 times a second.
constexpr milliseconds kSlowAfter{50};
constexpr milliseconds kSlowPeriod{100};

constexpr Rejection kTooSlow{408, "the request took too long\n"};
constexpr Rejection kTooMany{503, "too many connections\n"};

std::string text_of(const sockaddr_storage& name) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (name.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(name);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  } else if (name.ss_family == AF_INET6) {
    // A socket for both families writes 127.0.0.1 as ::ffff:127.0.0.1.
    const auto& six = reinterpret_cast<const sockaddr_in6&>(name).sin6_addr;
    const bool is_four = IN6_IS_ADDR_V4MAPPED(&six) != 0;
    ::inet_ntop(is_four ? AF_INET : AF_INET6, is_four ? &six.s6_addr[12] : &six.s6_addr[0],
                text.data(), text.size());
  } else {
    return "unix";
  }
  return text.data();
}

}  // namespace

/// Milliseconds until there is something to do without an event; -1 for never.
int Server::State::epoll_timeout(Clock::time_point next_check) {
  if (connections.empty()) return -1;
  const auto next = slow.empty() ? next_check : std::min(next_check, next_slow);
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

/// A wake-up that is no stop() is a ping, or a task; then one ping too many does no harm.
void Server::State::handle_wake_up() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake.get(), &count, sizeof count);
  run_loop_tasks();
  if (!connections.stopping()) jobs.push(nullptr);
}

void Server::State::loop() {
  ::pthread_setname_np(::pthread_self(), "http loop");  // for who looks from outside: top -H
  std::array<epoll_event, 128> ready;
  auto next_check = Clock::now() + period;
  while (!connections.stopping()) {
    const int count =
        ::epoll_wait(connections.epoll(), ready.data(), ready.size(), epoll_timeout(next_check));
    for (int i = 0; i < count; ++i) {
      const int socket = ready[static_cast<std::size_t>(i)].data.fd;
      if (socket == wake.get()) {
        handle_wake_up();
      } else if (const auto found = listeners.find(socket); found != listeners.end()) {
        accept_from(*found->second);
      } else if (auto* connection = connections.find_waiting(socket)) {
        readable(*connection);
      }
    }
    const auto now = Clock::now();
    if (!slow.empty() && now >= next_slow) read_slow();
    drop_slow_readers();
    if (now >= next_check) {
      end_expired(now);
      next_check = now + period;
    }
  }
  end_loop();
  connections.end_all();
  closing.set_value();
}

/// Returns whether more may be waiting.
bool Server::State::accept_from(const Listening& at) {
  const int listening = at.listener->socket();
  for (int i = 0; i < 64; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int socket = ::accept4(listening, reinterpret_cast<sockaddr*>(&from), &size,
                                 SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) {
      add_client(socket, text_of(from), at);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE) {
      // No descriptors are left.  A client that is not accepted would keep the listener readable,
      // and the loop spinning: close the spare descriptor, accept the client in its place, and
      // close that.
      spare.reset();
      Descriptor(::accept(listening, nullptr, nullptr)).reset();
      spare.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    return false;
  }
  return true;
}

void Server::State::add_client(int socket, const std::string& client, const Listening& at) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connections.is_full(options.connections)) make_room();
  auto opened = std::make_unique<Connection>(socket, at.state, at.tls, options.header_limit,
                                             options.body_limit);
  opened->client = client;
  opened->last_active = Clock::now();
  opened->until = opened->last_active + (at.tls ? options.request_deadline : options.idle_deadline);
  auto* connection = connections.add(std::move(opened), options.connections, kRefusedAtOnce);
  if (connection == nullptr) return;
  if (!connection->surplus) return connections.give_back(*connection, EPOLLIN);
  report_refused("connections", *connection);
  if (at.tls) return connections.drop(*connection);  // it could not read a plain answer
  refuse(*connection, refuser, kTooMany);
}

/// Drops the least useful waiting connection, so that silent clients cannot block new ones.
void Server::State::make_room() {
  auto* const dropped = connections.least_useful();
  if (dropped == nullptr) return;
  if (!dropped->asked) report_refused("silent", *dropped);
  connections.drop(*dropped);
}

/// Drops the slowest readers beyond `slow_readers`, so that unread answers cannot fill the memory.
void Server::State::drop_slow_readers() {
  while (auto* const slowest = connections.slowest_reader(options.slow_readers)) {
    report_refused("slow_reader", *slowest);
    connections.drop(*slowest);
  }
}

void Server::State::readable(Connection& connection) {
  if (connection.phase == Phase::writing || connection.phase == Phase::handshake) {
    connections.lend(connection);
    return (connection.phase == Phase::writing ? jobs : handshakes).push(&connection);
  }
  const auto got = connection.transport.read(buffer);
  if (got == Transport::kLater) return await_more(connection);
  if (got <= 0) return connections.drop(connection);
  const auto arrived = static_cast<std::size_t>(got);
  if (connection.phase == Phase::draining) return drain(connection, arrived);

  if (!connection.reader.started()) connection.until = Clock::now() + options.request_deadline;
  switch (connection.reader.add({buffer.data(), arrived})) {
    case RequestReader::Progress::complete:
      connection.asked = true;
      connection.last_active = Clock::now();
      connections.lend(connection);
      return jobs.push(&connection);
    case RequestReader::Progress::failed:
      report_refused("bad_request", connection);
      return refuse(connection, refuser, connection.reader.rejection());
    case RequestReader::Progress::more:
      break;
  }
  if (!send_continue(connection)) return;
  // It was an empty line behind the last request.
  if (connection.is_idle()) connection.until = Clock::now() + options.idle_deadline;
  await_more(connection);
}

bool Server::State::send_continue(Connection& connection) {
  if (!connection.reader.take_expectation()) return true;
  connection.output = Output("HTTP/1.1 100 Continue\r\n\r\n", {});
  if (connection.output.write_to(connection.transport) == Output::Written::all) return true;
  connections.drop(connection);
  return false;
}

void Server::State::await_more(Connection& connection) {
  const auto now = Clock::now();
  const auto began = connection.until - options.request_deadline;
  if (connection.phase != Phase::reading || !connection.reader.started() ||
      now - began < kSlowAfter)
    return connections.give_back(connection, EPOLLIN);
  if (slow.empty()) next_slow = now + kSlowPeriod;
  slow.push_back(connection.socket);
}

/// A socket of the list may have been closed, and its number given to another connection: to read
/// from that one does no harm.
void Server::State::read_slow() {
  for (const int socket : std::exchange(slow, {})) {
    if (auto* connection = connections.find_waiting(socket)) readable(*connection);
  }
}

void Server::State::drain(Connection& connection, std::size_t arrived) {
  connection.drained += arrived;
  if (connection.drained > kDrainBytes) return connections.drop(connection);
  connections.give_back(connection, EPOLLIN);
}

void Server::State::end_expired(Clock::time_point now) {
  for (auto* connection : connections.expired(now)) {
    const bool drips = connection->phase == Phase::reading && connection->reader.started();
    if (drips) {
      report_refused("slow_request", *connection);
      refuse(*connection, refuser, kTooSlow);
      continue;
    }
    if (connection->phase == Phase::writing) report_refused("slow_reader", *connection);
    if (connection->phase == Phase::handshake)
      report_refused("tls", *connection, "it took too long");
    connections.drop(*connection);
  }
}

}  // namespace boxmeter::http
