#include "http/server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <list>
#include <optional>
#include <thread>
#include <unordered_map>

#include "base/guarded.h"
#include "http/connection.h"
#include "http/listen.h"
#include "http/parking.h"
#include "http/transport.h"
#include "http/work_queue.h"

namespace boxmeter::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Phase = Connection::Phase;

// Connections above the bound that are told so; beyond, they are closed without a word.
constexpr std::size_t kRefusedAtOnce = 64;
// How long, and how much, a refused client may go on sending.
constexpr milliseconds kDrainTime{1'000};
constexpr std::size_t kDrainBytes = 4U << 20;
// A request that takes longer than this to arrive is looked at only so often: 200 clients that drip
// would else wake us 2,000 times a second.
constexpr milliseconds kSlowAfter{50};
constexpr milliseconds kSlowPeriod{100};

constexpr Rejection kTooSlow{408, "the request took too long\n"};
constexpr Rejection kTooMany{503, "too many connections\n"};

/// How often deadlines are looked at: often enough for the shortest, never more than 100 times a
/// second, four times with the defaults, not at all without connections.
milliseconds sweep_period(const ServerOptions& options) {
  const auto shortest =
      std::min({options.request_deadline, options.response_deadline, options.idle_deadline});
  return std::clamp(shortest / 8, milliseconds(10), milliseconds(250));
}

std::chrono::seconds kept(const ServerOptions& options) {
  return std::chrono::floor<std::chrono::seconds>(options.idle_deadline);
}

}  // namespace

struct Server::State {
  struct Listening {
    Listener listener;
    bool tls = false;
  };

  State(ServerOptions with, Handler calling);
  ~State();

  void stop();
  bool still_answers();
  void wake_up();

  void listen(const std::string& address, bool tls);

  // The event loop's thread.
  void loop();
  void look_at_wake();
  void accept_from(const Listening& at);
  void take_in(int socket, const Listening& at);
  void readable(Connection& connection);
  void await_more(Connection& connection);
  void look_at_slow();
  int patience(Clock::time_point next_sweep);
  void drain(Connection& connection, std::size_t arrived);
  void sweep(Clock::time_point now);

  // A worker's thread, or the event loop's.
  void work(Connection& connection, const Responder& responder);
  bool write(Connection& connection);
  void refuse(Connection& connection, const Responder& responder, const Rejection& rejection);
  void finish(Connection& connection);
  void greet(Connection& connection);
  void hand_over(Connection& connection, std::function<void(Transport&)> instead);

  struct Aside {
    std::atomic<bool> done = false;
    std::thread thread;
  };

  const ServerOptions options;
  const Handler handler;
  const milliseconds period;
  std::vector<int> ports;
  Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Descriptor spare{::open("/dev/null", O_RDONLY | O_CLOEXEC)};  // see accept_from
  Parking parking;
  Guarded<std::list<Aside>> asides;  // the threads of `instead`
  WorkQueue<Connection*> jobs;       // null: a ping
  std::atomic<bool> pinged = false;  // and not come back yet

  // The event loop's own.
  std::unordered_map<int, Listening> listeners;
  const Responder refuser;
  std::array<char, 64U << 10> buffer;
  std::vector<int> slow;  // sockets that epoll does not watch, looked at together
  Clock::time_point next_slow = {};

  std::promise<void> closing;
  std::shared_future<void> closed = closing.get_future().share();
  std::vector<std::thread> threads;  // last: they use all of the above
};

Server::State::State(ServerOptions with, Handler calling)
    : options(std::move(with)),
      handler(std::move(calling)),
      period(sweep_period(options)),
      refuser(handler, kept(options)) {
  parking.watch(wake.get());
  for (const auto& address : options.listen) listen(address, /*tls=*/false);
  for (const auto& address : options.tls_listen) listen(address, /*tls=*/true);
  threads.emplace_back([this] { loop(); });
  for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
    threads.emplace_back([this] {
      const Responder responder(handler, kept(options));
      while (const auto connection = jobs.pop()) {
        if (*connection != nullptr)
          work(**connection, responder);
        else
          pinged = false;
      }
    });
  }
}

void Server::State::listen(const std::string& address, bool tls) {
  Listener listener(address);
  const int socket = listener.socket();
  ports.push_back(listener.port());
  parking.watch(socket);
  listeners.emplace(socket, Listening{.listener = std::move(listener), .tls = tls});
}

Server::State::~State() {
  stop();
  jobs.close();
  for (auto& thread : threads) thread.join();
  auto last = asides.with([](auto& all) { return std::move(all); });
  for (auto& aside : last) aside.thread.join();
}

void Server::State::stop() {
  parking.stop();
  wake_up();
  closed.wait();
}

void Server::State::wake_up() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
}

bool Server::State::still_answers() {
  if (pinged.exchange(true)) return false;
  wake_up();
  return true;
}

/// Whoever wakes us without stopping has sent a ping.
void Server::State::look_at_wake() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake.get(), &count, sizeof count);
  if (!parking.stopping()) jobs.push(nullptr);
}

/// Milliseconds until there is something to do without an event; -1 for never.
int Server::State::patience(Clock::time_point next_sweep) {
  if (parking.empty()) return -1;
  const auto next = slow.empty() ? next_sweep : std::min(next_sweep, next_slow);
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

void Server::State::loop() {
  ::pthread_setname_np(::pthread_self(), "http loop");  // for who looks from outside: top -H
  std::array<epoll_event, 128> ready;
  auto next_sweep = Clock::now() + period;
  while (!parking.stopping()) {
    const int count =
        ::epoll_wait(parking.epoll(), ready.data(), ready.size(), patience(next_sweep));
    for (int i = 0; i < count; ++i) {
      const int socket = ready[static_cast<std::size_t>(i)].data.fd;
      if (socket == wake.get()) {
        look_at_wake();
      } else if (const auto found = listeners.find(socket); found != listeners.end()) {
        accept_from(found->second);
      } else if (auto* connection = parking.waiting(socket)) {
        readable(*connection);
      }
    }
    const auto now = Clock::now();
    if (!slow.empty() && now >= next_slow) look_at_slow();
    if (now >= next_sweep) {
      sweep(now);
      next_sweep = now + period;
    }
  }
  listeners.clear();
  parking.end_all();
  closing.set_value();
}

void Server::State::accept_from(const Listening& at) {
  const int listening = at.listener.socket();
  for (int i = 0; i < 64; ++i) {
    const int socket = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) {
      take_in(socket, at);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE) {
      // A client that is not accepted would keep the listener readable and us spinning: the spare
      // descriptor is given up for a moment, to accept and close it.
      spare.reset();
      if (const int one = ::accept(listening, nullptr, nullptr); one >= 0) ::close(one);
      spare.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    return;
  }
}

void Server::State::take_in(int socket, const Listening& at) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto opened = std::make_unique<Connection>(socket, at.listener.port(),
                                             at.tls ? options.identity.get() : nullptr,
                                             options.header_limit, options.body_limit);
  opened->until = Clock::now() + (at.tls ? options.request_deadline : options.idle_deadline);
  auto* connection = parking.add(std::move(opened), options.connections, kRefusedAtOnce);
  if (connection == nullptr) return;
  if (connection->surplus && at.tls) return parking.drop(*connection);  // no words before TLS
  if (connection->surplus) return refuse(*connection, refuser, kTooMany);
  parking.park(*connection, EPOLLIN);
}

void Server::State::readable(Connection& connection) {
  if (connection.phase == Phase::writing || connection.phase == Phase::greeting) {
    parking.lend(connection);
    return jobs.push(&connection);
  }
  const auto got = connection.transport.read(buffer);
  if (got == Transport::kLater) return await_more(connection);
  if (got <= 0) return parking.drop(connection);
  const auto arrived = static_cast<std::size_t>(got);
  if (connection.phase == Phase::draining) return drain(connection, arrived);

  if (!connection.reader.started()) connection.until = Clock::now() + options.request_deadline;
  switch (connection.reader.add({buffer.data(), arrived})) {
    case RequestReader::Progress::complete:
      parking.lend(connection);
      return jobs.push(&connection);
    case RequestReader::Progress::failed:
      return refuse(connection, refuser, connection.reader.rejection());
    case RequestReader::Progress::more:
      break;
  }
  if (connection.reader.take_expectation()) {
    connection.output = Output("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (connection.output.write_to(connection.transport) != Output::Written::all)
      return parking.drop(connection);
  }
  await_more(connection);
}

void Server::State::await_more(Connection& connection) {
  const auto now = Clock::now();
  const auto began = connection.until - options.request_deadline;
  if (connection.phase != Phase::reading || !connection.reader.started() ||
      now - began < kSlowAfter)
    return parking.park(connection, EPOLLIN);
  if (slow.empty()) next_slow = now + kSlowPeriod;
  slow.push_back(connection.socket);
}

/// A socket of the list may have been closed, and its number given to another connection: to read
/// from that one does no harm.
void Server::State::look_at_slow() {
  for (const int socket : std::exchange(slow, {})) {
    if (auto* connection = parking.waiting(socket)) readable(*connection);
  }
}

void Server::State::drain(Connection& connection, std::size_t arrived) {
  connection.drained += arrived;
  if (connection.drained > kDrainBytes) return parking.drop(connection);
  parking.park(connection, EPOLLIN);
}

void Server::State::sweep(Clock::time_point now) {
  for (auto* connection : parking.late(now)) {
    if (connection->phase == Phase::reading && connection->reader.started())
      refuse(*connection, refuser, kTooSlow);
    else
      parking.drop(*connection);
  }
}

void Server::State::work(Connection& connection, const Responder& responder) {
  if (connection.phase == Phase::greeting) return greet(connection);
  if (connection.phase == Phase::writing && !write(connection)) return;
  auto progress = connection.reader.advance();  // complete, unless this came here to write
  while (progress == RequestReader::Progress::complete) {
    auto answer = responder.answer(connection.reader.take(), connection.port,
                                   std::chrono::system_clock::now());
    if (answer.instead) return hand_over(connection, std::move(answer.instead));
    connection.close_after = answer.close;
    connection.output = Output(std::move(answer.head), std::move(answer.body));
    connection.until = Clock::now() + options.response_deadline;
    if (!write(connection)) return;
    progress = connection.reader.advance();
  }
  if (progress == RequestReader::Progress::failed)
    return refuse(connection, responder, connection.reader.rejection());
  connection.phase = Phase::reading;
  connection.until = Clock::now() + (connection.reader.started() ? options.request_deadline
                                                                 : options.idle_deadline);
  parking.park(connection, EPOLLIN);
}

/// In a worker: the event loop has no milliseconds to give to a signature.
void Server::State::greet(Connection& connection) {
  switch (connection.transport.handshake()) {
    case Transport::Handshake::done:
      connection.phase = Phase::reading;
      connection.until = Clock::now() + options.idle_deadline;
      return parking.park(connection, EPOLLIN);
    case Transport::Handshake::wants_read:
      return parking.park(connection, EPOLLIN);
    case Transport::Handshake::wants_write:
      return parking.park(connection, EPOLLOUT);
    case Transport::Handshake::failed:
      break;
  }
  parking.drop(connection);
}

/// True when all is written and the connection goes on; else somebody else has it by now.
bool Server::State::write(Connection& connection) {
  switch (connection.output.write_to(connection.transport)) {
    case Output::Written::all:
      if (!connection.close_after) return true;
      finish(connection);
      return false;
    case Output::Written::some:
      connection.phase = Phase::writing;
      parking.park(connection, EPOLLOUT);
      return false;
    case Output::Written::failed:
      break;
  }
  parking.drop(connection);
  return false;
}

void Server::State::refuse(Connection& connection, const Responder& responder,
                           const Rejection& rejection) {
  auto answer = responder.refuse(rejection, std::chrono::system_clock::now());
  connection.close_after = true;
  connection.output = Output(std::move(answer.head), std::move(answer.body));
  connection.until = Clock::now() + options.response_deadline;
  write(connection);
}

/// Closing a socket with unread bytes sends a reset, which can overtake the answer.
void Server::State::finish(Connection& connection) {
  connection.transport.end();
  connection.phase = Phase::draining;
  connection.until = Clock::now() + kDrainTime;
  parking.park(connection, EPOLLIN);
}

/// In a thread of its own: a fault that takes its time on one simulated box must not stop the
/// others.
void Server::State::hand_over(Connection& connection, std::function<void(Transport&)> instead) {
  asides.with([&](std::list<Aside>& all) {
    all.remove_if([](Aside& aside) {
      if (aside.done) aside.thread.join();
      return aside.done.load();
    });
    auto& aside = all.emplace_back();
    aside.thread = std::thread([this, &aside, &connection, instead = std::move(instead)] {
      ::fcntl(connection.socket, F_SETFL, 0);  // it may expect to block
      try {
        instead(connection.transport);
      } catch (const std::exception& error) {
        spdlog::error("taking over a connection failed: {}", error.what());
      }
      parking.drop(connection);
      aside.done = true;
    });
  });
}

Server::Server(ServerOptions options, Handler handler)
    : state_(std::make_unique<State>(std::move(options), std::move(handler))) {}
Server::~Server() = default;
const std::vector<int>& Server::ports() const { return state_->ports; }
void Server::stop() { state_->stop(); }
bool Server::still_answers() { return state_->still_answers(); }

}  // namespace boxmeter::http
