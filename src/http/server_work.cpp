#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <system_error>

#include "base/log.h"
#include "http/server_state.h"

// What the threads of a Server do with a connection that the event loop lent them.
namespace boxmeter::http {
namespace {

using Phase = Connection::Phase;

// How long a client may go on sending after its last answer.
constexpr std::chrono::milliseconds kDrainTime{1'000};

constexpr Rejection kBusy{503, "too many logins and questions at once; try again\n"};
constexpr Rejection kSpeaksTls{400, "this port speaks https\n"};

/// Whether the first byte is a capital letter, with which a method begins; TLS begins with another
/// byte.
bool speaks_http(int socket) {
  char first = 0;
  return ::recv(socket, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first >= 'A' && first <= 'Z';
}

}  // namespace

void Server::State::work(Connection& connection, const Responder& responder) {
  if (connection.phase == Phase::writing && !write(connection)) return;
  auto progress = connection.reader.advance();  // complete, unless this came here to write
  while (progress == RequestReader::Progress::complete) {
    auto answer = responder.answer(connection.reader.take(),
                                   {.port = connection.listener->port,
                                    .client = connection.client,
                                    .tls = connection.transport.is_tls(),
                                    .control = connection.listener->control,
                                    .last = connection.listener->closed},
                                   std::chrono::system_clock::now());
    if (answer.instead) return run_instead(connection, std::move(answer.instead));
    if (answer.later) return defer(connection, responder, std::move(answer));
    if (!send(connection, std::move(answer))) return;
    progress = connection.reader.advance();
  }
  if (progress == RequestReader::Progress::failed) {
    report_refused("bad_request", connection);
    return refuse(connection, responder, connection.reader.rejection());
  }
  if (!send_continue(connection)) return;
  connection.phase = Phase::reading;
  connection.until = Clock::now() + (connection.reader.started() ? options.request_deadline
                                                                 : options.idle_deadline);
  connections.give_back(connection, EPOLLIN);
}

void Server::State::defer(Connection& connection, const Responder& responder, Answer answer) {
  DeferredAnswer deferred{.connection = &connection, .answer = std::move(answer.later)};
  const bool taken =
      answer.waits ? run_in_own_thread(options.waiting_threads,
                                       [this, deferred] { answer_deferred(deferred); })
                   : options.later_threads > 0 &&
                         deferred_answers.push_below(options.later_limit, std::move(deferred));
  if (taken) return;
  report_refused("busy", connection);
  refuse(connection, responder, kBusy);
}

void Server::State::answer_deferred(const DeferredAnswer& deferred) {
  Answer answer = deferred.answer();
  if (answer.later) return defer(*deferred.connection, refuser, std::move(answer));
  if (!send(*deferred.connection, std::move(answer))) return;
  deferred.connection->phase = Phase::reading;
  jobs.push(deferred.connection);  // a next request may have come
}

/// Runs in a thread for handshakes: the milliseconds of a signature would delay the event loop, or
/// a scrape.
void Server::State::handshake(Connection& connection) {
  if (!connection.transport.is_tls()) {
    const auto identity = options.identity ? options.identity() : nullptr;
    if (identity == nullptr) {
      connection.phase = Phase::reading;
      return connections.give_back(connection, EPOLLIN);
    }
    if (speaks_http(connection.socket)) {
      report_refused("tls", connection, "it speaks http");
      return refuse(connection, refuser, kSpeaksTls);
    }
    connection.transport.secure(*identity);
  }
  switch (connection.transport.handshake()) {
    case Transport::Handshake::done:
      connection.phase = Phase::reading;
      connection.until = Clock::now() + options.idle_deadline;
      return connections.give_back(connection, EPOLLIN);
    case Transport::Handshake::wants_read:
      return connections.give_back(connection, EPOLLIN);
    case Transport::Handshake::wants_write:
      return connections.give_back(connection, EPOLLOUT);
    case Transport::Handshake::failed:
      break;
  }
  report_refused("tls", connection, connection.transport.complaint());
  connections.drop(connection);
}

/// True: all is written, and the connection is still the caller's.  False: it has been closed or
/// given back.
bool Server::State::send(Connection& connection, Answer answer) {
  connection.close_after = answer.close;
  connection.output = Output(std::move(answer.head), std::move(answer.body));
  connection.until = Clock::now() + options.response_deadline;
  return write(connection);
}

bool Server::State::write(Connection& connection) {
  switch (connection.output.write_to(connection.transport)) {
    case Output::Written::all:
      if (!connection.close_after) return true;
      finish(connection);
      return false;
    case Output::Written::some:
      connection.last_active = Clock::now();
      connection.phase = Phase::writing;
      connections.give_back(connection, EPOLLOUT);
      return false;
    case Output::Written::failed:
      break;
  }
  connections.drop(connection);
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

/// Ends the sending side and reads on for a while: closing a socket with unread bytes sends a
/// reset, which can overtake the answer.
void Server::State::finish(Connection& connection) {
  connection.transport.end();
  connection.phase = Phase::draining;
  connection.until = Clock::now() + kDrainTime;
  connections.give_back(connection, EPOLLIN);
}

/// In a thread of its own: a slow fault of one simulated box must not block the others.
void Server::State::run_instead(Connection& connection, std::function<void(Transport&)> instead) {
  run_in_own_thread(std::numeric_limits<std::size_t>::max(), [this, &connection,
                                                              instead = std::move(instead)] {
    ::fcntl(connection.socket, F_SETFL, 0);  // it may expect to block
    try {
      instead(connection.transport);
    } catch (const std::exception& error) {
      log_event(LogLevel::error, std::string("taking over a connection failed: ") + error.what());
    }
    connections.drop(connection);
  });
}

/// Runs `work` in a thread of its own.  False: there are `limit` of them, or the system gives no
/// more.
bool Server::State::run_in_own_thread(std::size_t limit, std::function<void()> work) {
  return own_threads.with([&](std::list<OwnThread>& all) {
    all.remove_if([](OwnThread& own) {
      if (own.done) own.thread.join();
      return own.done.load();
    });
    if (all.size() >= limit) return false;
    auto& own = all.emplace_back();
    try {
      own.thread = std::thread([&own, work = std::move(work)] {
        work();
        own.done = true;
      });
    } catch (const std::system_error&) {
      all.pop_back();
      return false;
    }
    return true;
  });
}

void Server::State::report_refused(std::string_view reason, const Connection& connection,
                                   const std::string& detail) const {
  if (options.refused)
    options.refused({.reason = reason, .client = connection.client, .detail = detail});
}

}  // namespace boxmeter::http
