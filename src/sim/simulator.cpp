#include "sim/simulator.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numbers>
#include <thread>

#include "base/error.h"
#include "base/number.h"
#include "sim/connections.h"
#include "sim/hash.h"

namespace boxmeter::sim {
namespace {

using http::ServerResponse;

std::string host_of(const std::string& listen) {
  return listen.find(':') == std::string::npos ? listen : "[" + listen + "]";
}

ServerResponse done() { return ServerResponse::text(200, "ok\n"); }

/// A parameter as a number; nullopt if it was not given.
std::optional<std::size_t> number(const http::ServerRequest& request, std::string_view parameter) {
  const std::string text = request.parameter(parameter);
  if (text.empty()) return std::nullopt;
  const auto value = parse_integer<std::size_t>(text);
  if (!value) throw Error(ErrorKind::config, "'" + text + "' is no number");
  return value;
}

/// Prints a line for --trace.  Leaves out the query, which contains session ids, and shows
/// "urn:dslforum-org:service:Hosts:1#GetInfo" as "Hosts:1#GetInfo".
void trace(std::size_t box, const http::ServerRequest& request, int status) {
  std::string action = request.header("soapaction");
  std::erase(action, '"');
  const auto hash = action.find('#');
  const auto version = action.rfind(':', hash);
  const auto name = version == std::string::npos || version == 0 ? std::string::npos
                                                                 : action.rfind(':', version - 1);
  if (name != std::string::npos) action.erase(0, name + 1);
  const std::string line = "asked " + std::to_string(box) + " " + request.method + " " +
                           request.path + (action.empty() ? "" : " " + action) + " " +
                           std::to_string(status) + "\n";
  std::fputs(line.c_str(), stdout);  // one call, so that lines of several threads do not mix
  std::fflush(stdout);
}

}  // namespace

Simulator::Simulator(const SimOptions& options) : options_(options), still_(options.still) {
  make_boxes();
  if (options_.tls)
    identity_ = options_.certificate.empty()
                    ? http::TlsIdentity::made()
                    : http::TlsIdentity::read(options_.certificate, options_.certificate);
  for (const FaultOption& given : options_.faults) {
    if (given.box && *given.box >= boxes_.size())
      throw Error(ErrorKind::config, "no box " + std::to_string(*given.box) + " (there are " +
                                         std::to_string(boxes_.size()) + ", from 0)");
    for (auto& played : boxes_)
      if (!given.box || *given.box == played->index) played->fault = given.fault;
  }
  server_ = std::make_unique<http::Server>(
      server_options(), [this](const http::ServerRequest& request) { return answer(request); });
  const std::vector<int>& ports = server_->ports();
  const std::size_t tls_ports = boxes_.size() + (options_.control ? 1 : 0);
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    boxes_[i]->port = ports[i];
    by_port_[ports[i]] = boxes_[i].get();
    if (!identity_) continue;
    boxes_[i]->tls_port = boxes_[i]->box->tls_port = ports[tls_ports + i];
    by_port_[ports[tls_ports + i]] = boxes_[i].get();
  }
  if (options_.control) control_port_ = ports[boxes_.size()];
  if (options_.call_monitor)
    call_monitor_ = std::make_unique<CallMonitor>(options_.listen, *options_.call_monitor);
  ready_ = true;
  ready_.notify_all();
}

void Simulator::make_boxes() {
  for (const auto& folder : options_.recordings) {
    const Recording recording = read_recording(folder, options_.kind);
    const BoxMaker make = find_box_kind(recording.kind).prepare(recording);
    for (std::size_t i = 0; i < options_.count; ++i) {
      auto played = std::make_unique<PlayedBox>();
      played->index = boxes_.size();
      played->kind = recording.kind;
      played->recording = recording.name;
      BoxOptions box = options_.box;
      box.seed = mixed(box.seed, std::to_string(played->index));
      played->phase = 2 * std::numbers::pi * static_cast<double>(box.seed % 1000) / 1000;
      played->box = make(box);
      boxes_.push_back(std::move(played));
    }
  }
}

http::ServerOptions Simulator::server_options() const {
  const std::size_t boxes = boxes_.size();
  http::ServerOptions server;
  server.listen.clear();
  for (std::size_t i = 0; i < boxes; ++i) {
    const int port = options_.port == 0 ? 0 : options_.port + static_cast<int>(i);
    server.listen.push_back(host_of(options_.listen) + ":" + std::to_string(port));
  }
  if (options_.control)
    server.listen.push_back(host_of(options_.listen) + ":" + std::to_string(*options_.control));
  server.identity = [identity = identity_] { return identity; };
  for (std::size_t i = 0; identity_ && i < boxes; ++i) {
    const std::size_t port =
        options_.port == 0 ? 0 : static_cast<std::size_t>(options_.port) + boxes + i;
    server.tls_listen.push_back(host_of(options_.listen) + ":" + std::to_string(port));
  }
  // With latency each request sleeps in a thread of the server.
  server.threads = options_.latency.count() > 0 ? std::clamp<std::size_t>(2 * boxes, 16, 256) : 8;
  server.connections = std::max<std::size_t>(1024, 8 * boxes);
  server.idle_deadline = std::chrono::minutes(10);
  return server;
}

std::vector<std::string> Simulator::addresses() const {
  std::vector<std::string> lines;
  const std::string host = "://" + host_of(options_.listen) + ":";
  for (const auto& played : boxes_)
    lines.push_back(played->kind + " " + played->recording + " http" + host +
                    std::to_string(played->port) +
                    (identity_ ? " https" + host + std::to_string(played->tls_port) : ""));
  if (identity_) lines.push_back("key " + identity_->pin());
  if (options_.control) lines.push_back("control http" + host + std::to_string(control_port_));
  if (call_monitor_)
    lines.push_back("callmonitor " + host_of(options_.listen) + ":" +
                    std::to_string(call_monitor_->port()));
  return lines;
}

ServerResponse Simulator::answer(const http::ServerRequest& request) {
  ready_.wait(false);
  if (request.port == control_port_) return control(request);
  PlayedBox& played = *by_port_.at(request.port);
  ++played.box->stats.requests;
  if (options_.latency.count() > 0) std::this_thread::sleep_for(options_.latency);
  const Fault fault = played.fault;
  if (auto instead = instead_of_answer(fault, request.path)) return std::move(*instead);
  ServerResponse response = played.box->answer(
      {.request = request, .moment = moment(played), .refuse_logins = fault == Fault::auth});
  if (options_.trace) trace(played.index, request, response.status);
  return spoiled(fault, std::move(response));
}

ServerResponse Simulator::control(const http::ServerRequest& request) {
  if (request.method == "GET" && request.path == "/stats")
    return ServerResponse::text(200, stats(), "application/json");
  if (request.method != "POST")
    return ServerResponse::text(404,
                                "GET /stats, or POST /fault?name=F, /request?name=R&error=E, "
                                "/button?name=granted, /still?on=1, /expire, /restart, "
                                "/call?event=E; &box=INDEX limits them\n");
  try {
    return change(request);
  } catch (const Error& error) {
    return ServerResponse::text(400, std::string(error.what()) + "\n");
  }
}

ServerResponse Simulator::change(const http::ServerRequest& request) {
  const auto only = number(request, "box");
  if (only && *only >= boxes_.size())
    throw Error(ErrorKind::config, "no box " + std::to_string(*only));
  const auto each = [&](auto&& act) {
    for (auto& played : boxes_)
      if (!only || *only == played->index) act(*played);
    return done();
  };
  if (request.path == "/fault") {
    const Fault fault = find_fault(request.parameter("name"));
    return each([&](PlayedBox& played) { played.fault = fault; });
  }
  if (request.path == "/request")
    return each([&](PlayedBox& played) {
      played.box->overrule(request.parameter("name"), request.parameter("error"));
    });
  if (request.path == "/button")
    return each([&](PlayedBox& played) { played.box->press(request.parameter("name")); });
  if (request.path == "/expire") return each([](PlayedBox& played) { played.box->expire(); });
  if (request.path == "/restart") return each([this](PlayedBox& played) { restart(played); });
  if (request.path == "/call") {
    if (!call_monitor_) throw Error(ErrorKind::config, "no --call-monitor");
    const std::string event = request.parameter("event");
    if (event.empty())
      call_monitor_->hang_up();
    else
      call_monitor_->tell(event);
    return done();
  }
  if (request.path == "/still") {
    still_ = number(request, "on").value_or(1) != 0;
    return done();
  }
  return ServerResponse::text(404, "no '" + request.path + "' (see GET /)\n");
}

void Simulator::restart(PlayedBox& played) {
  played.started = seconds();
  played.restarted = true;
  played.box->expire();
}

std::string Simulator::stats() const {
  const auto open = open_connections();
  nlohmann::ordered_json boxes = nlohmann::ordered_json::array();
  for (const auto& played : boxes_) {
    const Stats& stats = played->box->stats;
    const auto connections = open.find(played->port);
    boxes.push_back({{"box", played->index},
                     {"kind", played->kind},
                     {"recording", played->recording},
                     {"port", played->port},
                     {"fault", name(played->fault)},
                     {"requests", stats.requests.load()},
                     {"logins", stats.logins.load()},
                     {"unauthorized", stats.unauthorized.load()},
                     {"wrong_credentials", stats.wrong_credentials.load()},
                     {"wrong_counts", stats.wrong_counts.load()},
                     {"sessions", stats.sessions.load()},
                     {"logouts", stats.logouts.load()},
                     {"stale_sids", stats.stale_sids.load()},
                     {"connections", connections == open.end() ? 0 : connections->second}});
  }
  return boxes.dump(1) + "\n";
}

Moment Simulator::moment(const PlayedBox& played) const {
  if (still_) return {.seconds = 0, .phase = 0, .restarted = played.restarted};
  return {
      .seconds = seconds() - played.started, .phase = played.phase, .restarted = played.restarted};
}

double Simulator::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace boxmeter::sim
