#include "http/server.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "http/server_state.h"

namespace boxmeter::http {
namespace {

using std::chrono::milliseconds;

// Nice value of the threads whose work takes the processor for long, so that scrapes go first.
constexpr int kNiceness = 5;

/// How often deadlines are checked while there are connections: an eighth of the shortest one, but
/// no more than 100 times a second; with the defaults, 4 times.
milliseconds check_period(const ServerOptions& options) {
  const auto shortest =
      std::min({options.request_deadline, options.response_deadline, options.idle_deadline});
  return std::clamp(shortest / 8, milliseconds(10), milliseconds(250));
}

std::chrono::seconds keep_alive_time(const ServerOptions& options) {
  return std::chrono::floor<std::chrono::seconds>(options.idle_deadline);
}

/// Lowers the priority of the calling thread: Linux keeps the nice value per thread.
void lower_priority() {
  ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + kNiceness);
}

}  // namespace

Server::State::State(ServerOptions with, Handler calling)
    : options(std::move(with)),
      handler(std::move(calling)),
      period(check_period(options)),
      wake(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))),
      spare(opened(::open("/dev/null", O_RDONLY | O_CLOEXEC))),
      refuser(handler, keep_alive_time(options)) {
  connections.watch(wake.get());
  start_threads();
  try {
    listen(wanted(options.listen, options.tls_listen), {});
  } catch (...) {
    end();
    throw;
  }
}

void Server::State::start_threads() {
  threads.emplace_back([this] { loop(); });
  for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
    threads.emplace_back([this] {
      const Responder responder(handler, keep_alive_time(options));
      while (const auto connection = jobs.pop()) {
        if (*connection != nullptr)
          work(**connection, responder);
        else
          pinged = false;
      }
    });
  }
  for (std::size_t i = 0; i < options.later_threads; ++i) {
    threads.emplace_back([this] {
      lower_priority();
      while (const auto deferred = deferred_answers.pop()) answer_deferred(*deferred);
    });
  }
}

void Server::State::start_handshake_threads() {
  if (has_handshake_threads) return;
  has_handshake_threads = true;
  for (std::size_t i = 0; i < options.handshake_threads; ++i) {
    threads.emplace_back([this] {
      lower_priority();
      while (const auto connection = handshakes.pop()) handshake(**connection);
    });
  }
}

Server::State::~State() { end(); }

void Server::State::end() {
  stop();
  jobs.close();
  handshakes.close();
  deferred_answers.close();
  for (auto& thread : threads) thread.join();
  auto last = own_threads.with([](auto& all) { return std::move(all); });
  for (auto& own : last) own.thread.join();
}

void Server::State::stop() {
  connections.stop();
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

Server::Server(ServerOptions options, Handler handler)
    : state_(std::make_unique<State>(std::move(options), std::move(handler))) {}
Server::~Server() = default;

std::vector<int> Server::ports() const {
  return state_->listenings.with([](const State::Listenings& all) {
    std::vector<int> ports;
    for (const auto& one : all) ports.push_back(one->state->port);
    return ports;
  });
}

std::vector<std::string> Server::addresses() const {
  return state_->listenings.with([](const State::Listenings& all) {
    std::vector<std::string> addresses;
    for (const auto& one : all) addresses.push_back(one->shown);
    return addresses;
  });
}

void Server::listen(const std::vector<std::string>& plain, const std::vector<std::string>& tls,
                    const std::function<void()>& bound) {
  state_->listen(State::wanted(plain, tls), bound);
}

std::vector<std::string> Server::control(const std::vector<std::string>& addresses) {
  return state_->control(addresses);
}

void Server::stop() { state_->stop(); }
bool Server::still_answers() { return state_->still_answers(); }

}  // namespace boxmeter::http
