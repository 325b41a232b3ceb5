#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/number.h"
#include "http/server_state.h"

// Where a Server listens, and how that changes while it serves.
namespace boxmeter::http {
namespace {

constexpr unsigned kForOurGroup = 0660;
constexpr unsigned kForUsAlone = 0600;

/// Takes the one of that address out of `all`; null: there is none.
template <typename Listenings>
typename Listenings::value_type taken(Listenings& all, const std::string& address) {
  const auto found =
      std::ranges::find_if(all, [&](const auto& one) { return one->address == address; });
  if (found == all.end()) return nullptr;
  auto listening = std::move(*found);
  all.erase(found);
  return listening;
}

int port_of(const std::string& address) {
  return parse_integer<int>(parse_listen_address(address).port).value_or(0);
}

template <typename Listening>
std::shared_ptr<Listening> bound(const std::string& address, bool control) {
  auto listening = std::make_shared<Listening>();
  listening->address = address;
  listening->listener.emplace(address, control ? kForUsAlone : kForOurGroup);
  listening->shown = listening->listener->shown();
  listening->state.reset(
      new ListenerState{.port = listening->listener->port(), .control = control});
  return listening;
}

}  // namespace

std::vector<Server::State::WantedAddress> Server::State::wanted(
    const std::vector<std::string>& plain, const std::vector<std::string>& tls) {
  std::vector<WantedAddress> all;
  for (const auto& address : plain) all.push_back({.address = address});
  for (const auto& address : tls) all.push_back({.address = address, .tls = true});
  return all;
}

void Server::State::listen(const std::vector<WantedAddress>& wanted,
                           const std::function<void()>& ready) {
  listenings.with([&](Listenings& now) {
    Listenings leaving = now, next;
    for (const auto& one : wanted) next.push_back(taken(leaving, one.address));
    bind_missing(wanted, next, leaving);
    if (std::ranges::any_of(wanted, &WantedAddress::tls)) start_handshake_threads();
    if (ready) ready();
    run_in_loop([&] {
      for (const auto& one : leaving) stop_listening(*one);
      for (std::size_t i = 0; i < next.size(); ++i) serve(*next[i], wanted[i].tls);
    });
    now = std::move(next);
  });
}

/// Fills in what is null in `next`: all of it, or nothing.
void Server::State::bind_missing(const std::vector<WantedAddress>& wanted, Listenings& next,
                                 const Listenings& leaving) {
  Listenings all, in_way;
  const auto bind = [&] {
    all = next;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i] == nullptr) all[i] = bound<Listening>(wanted[i].address, false);
  };
  try {
    bind();
  } catch (const Error&) {
    for (const auto& one : leaving)
      for (std::size_t i = 0; i < next.size(); ++i)
        if (next[i] == nullptr && one->state->port != 0 &&
            one->state->port == port_of(wanted[i].address))
          in_way.push_back(one);
    if (in_way.empty()) throw;
  }
  if (!in_way.empty()) {
    all.clear();
    run_in_loop([&] {
      for (const auto& one : in_way) stop_listening(*one);
    });
    try {
      bind();
    } catch (const Error&) {
      all.clear();
      bind_again(in_way);
      throw;
    }
  }
  next = std::move(all);
}

void Server::State::bind_again(const Listenings& gone) {
  for (const auto& one : gone) {
    try {
      one->listener.emplace(one->address.ends_with(":0") ? one->shown : one->address, kForOurGroup);
      one->state.reset(new ListenerState{.port = one->state->port, .control = false});
      run_in_loop([&] { serve(*one, one->tls); });
    } catch (const Error& error) {
      log_event(LogLevel::error, std::string("web server: ") + error.what() +
                                     "; nothing is answered there until the next reload");
    }
  }
}

std::vector<std::string> Server::State::control(const std::vector<std::string>& addresses) {
  return control_listenings.with([&](Listenings& now) {
    Listenings leaving = now, next;
    std::vector<std::string> complaints;
    for (const auto& address : addresses) {
      auto listening = taken(leaving, address);
      try {
        if (listening == nullptr) listening = bound<Listening>(address, true);
        next.push_back(std::move(listening));
      } catch (const Error& error) {
        complaints.emplace_back(error.what());
      }
    }
    run_in_loop([&] {
      for (const auto& one : leaving) stop_listening(*one);
      for (const auto& one : next) serve(*one, false);
    });
    now = std::move(next);
    return complaints;
  });
}

/// Returns when it is done; once the server has stopped nothing is done.
void Server::State::run_in_loop(const std::function<void()>& task) {
  // Shared, since set_value() may not have returned when wait() returns.
  const auto done = std::make_shared<std::promise<void>>();
  const bool taken = loop_tasks.with([&](LoopTasks& all) {
    if (all.ended) return false;
    all.waiting.emplace_back([&task, done] {
      task();
      done->set_value();
    });
    return true;
  });
  if (!taken) return;
  wake_up();
  done->get_future().wait();
}

void Server::State::run_loop_tasks() {
  for (const auto& task :
       loop_tasks.with([](LoopTasks& all) { return std::exchange(all.waiting, {}); }))
    task();
}

/// At the end of the loop.  Tasks first: who holds the lock of one of the lists waits for a
/// task to be done.
void Server::State::end_loop() {
  loop_tasks.with([](LoopTasks& all) { all.ended = true; });
  run_loop_tasks();
  for (auto* const list : {&listenings, &control_listenings}) {
    list->with([&](Listenings& all) {
      for (const auto& one : all) one->listener.reset();
    });
  }
  listeners.clear();
}

void Server::State::serve(Listening& listening, bool tls) {
  const int socket = listening.listener->socket();
  const bool is_new = listeners.emplace(socket, &listening).second;
  const bool before = std::exchange(listening.tls, tls && !listening.listener->is_unix());
  if (is_new) return connections.watch(socket);
  if (before == listening.tls) return;
  listening.state->closed = true;
  listening.state.reset(
      new ListenerState{.port = listening.state->port, .control = listening.state->control});
}

/// Clients whose connections wait in the backlog are still accepted.
void Server::State::stop_listening(Listening& listening) {
  if (!listening.listener) return;
  while (accept_from(listening)) {
  }
  const int socket = listening.listener->socket();
  connections.unwatch(socket);
  listeners.erase(socket);
  listening.state->closed = true;
  listening.listener.reset();
}

}  // namespace boxmeter::http
