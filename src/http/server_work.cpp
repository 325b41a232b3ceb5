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

// How long a refused client may go on sending.
constexpr std::chrono::milliseconds kDrainTime{1'000};

constexpr Rejection kBusy{503, "too many logins and questions at once; try again\n"};
constexpr Rejection kSpeaksTls{400, "this port speaks https\n"};

/// A letter is the beginning of a method; TLS begins with another byte.
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
                                   {.port = connection.door->port,
                                    .client = connection.client,
                                    .tls = connection.transport.is_tls(),
                                    .control = connection.door->control,
                                    .last = connection.door->closed},
                                   std::chrono::system_clock::now());
    if (answer.instead) return hand_over(connection, std::move(answer.instead));
    if (answer.later) return put_off(connection, responder, std::move(answer));
    if (!send(connection, std::move(answer))) return;
    progress = connection.reader.advance();
  }
  if (progress == RequestReader::Progress::failed) {
    tell_refused("bad_request", connection);
    return refuse(connection, responder, connection.reader.rejection());
  }
  connection.phase = Phase::reading;
  connection.until = Clock::now() + (connection.reader.started() ? options.request_deadline
                                                                 : options.idle_deadline);
  parking.park(connection, EPOLLIN);
}

void Server::State::put_off(Connection& connection, const Responder& responder, Answer answer) {
  Put put{.connection = &connection, .answer = std::move(answer.later)};
  const bool taken =
      answer.waits
          ? set_aside(options.waiting_threads, [this, put] { work_later(put); })
          : options.later_threads > 0 && put_offs.push_below(options.later_limit, std::move(put));
  if (taken) return;
  tell_refused("busy", connection);
  refuse(connection, responder, kBusy);
}

void Server::State::work_later(const Put& put) {
  Answer answer = put.answer();
  if (answer.later) return put_off(*put.connection, refuser, std::move(answer));
  if (!send(*put.connection, std::move(answer))) return;
  put.connection->phase = Phase::reading;
  jobs.push(put.connection);  // a next request may have come
}

/// In a thread of its own kind: neither the event loop nor a scrape has milliseconds to give to a
/// signature.
void Server::State::greet(Connection& connection) {
  if (!connection.transport.is_tls()) {
    const auto identity = options.identity ? options.identity() : nullptr;
    if (identity == nullptr) {
      connection.phase = Phase::reading;
      return parking.park(connection, EPOLLIN);
    }
    if (speaks_http(connection.socket)) {
      tell_refused("tls", connection, "it speaks http");
      return refuse(connection, refuser, kSpeaksTls);
    }
    connection.transport.secure(*identity);
  }
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
  tell_refused("tls", connection, connection.transport.complaint());
  parking.drop(connection);
}

/// True when all is written and the connection goes on; else somebody else has it by now.
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
      connection.moved = Clock::now();
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
  set_aside(std::numeric_limits<std::size_t>::max(), [this, &connection,
                                                      instead = std::move(instead)] {
    ::fcntl(connection.socket, F_SETFL, 0);  // it may expect to block
    try {
      instead(connection.transport);
    } catch (const std::exception& error) {
      log_event(LogLevel::error, std::string("taking over a connection failed: ") + error.what());
    }
    parking.drop(connection);
  });
}

/// Does the work in a thread of its own; false: there are `limit` of them, or the system gives no
/// more.
bool Server::State::set_aside(std::size_t limit, std::function<void()> work) {
  return asides.with([&](std::list<Aside>& all) {
    all.remove_if([](Aside& aside) {
      if (aside.done) aside.thread.join();
      return aside.done.load();
    });
    if (all.size() >= limit) return false;
    auto& aside = all.emplace_back();
    try {
      aside.thread = std::thread([&aside, work = std::move(work)] {
        work();
        aside.done = true;
      });
    } catch (const std::system_error&) {
      all.pop_back();
      return false;
    }
    return true;
  });
}

void Server::State::tell_refused(std::string_view reason, const Connection& connection,
                                 const std::string& detail) const {
  if (options.refused)
    options.refused({.reason = reason, .client = connection.client, .detail = detail});
}

}  // namespace boxmeter::http
