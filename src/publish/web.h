#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "publish/config_status.h"
#include "publish/discovery.h"
#include "publish/probe.h"
#include "publish/push.h"
#include "publish/site/overview.h"
#include "publish/web_options.h"

namespace boxmeter {

class Store;

/// What Web needs of the rest of the program: data beside the store, and actions.  The functions
/// are called from several threads.
struct WebSources {
  std::function<std::vector<SinkStatus>()> sinks = [] { return std::vector<SinkStatus>(); };
  std::string config_file = {};
  std::function<Reloaded()> reload = [] { return Reloaded{}; };
  WayOut way_out = [](const std::string&, ErrorKind, Support) { return std::string(); };
  /// The configuration in use as YAML, without secrets; `with_lines`: with the file and line that
  /// each value comes from.
  std::function<std::string(bool with_lines)> config = [](bool) { return std::string(); };
  /// Every configured device, for /sd.
  std::function<std::shared_ptr<const std::vector<FleetDevice>>()> devices = [] {
    return std::make_shared<const std::vector<FleetDevice>>();
  };
  /// Asks a device for /probe; blocks until the answer or ProbeQuestion::until.
  std::function<ProbeOutcome(const ProbeQuestion&)> probe = [](const ProbeQuestion&) {
    return ProbeOutcome{.refusal = "no device is asked here", .status = 404};
  };
};

/// boxmeter's HTTP server: /metrics, the web pages, /devices, /sd, /probe, /config, /-/....  Serves
/// from construction to destruction, with threads of its own.  WebGuard decides who may ask what.
class Web {
 public:
  /// `store` must outlive it.  Throws Error{config} if an address cannot be listened on or the web
  /// file is wrong.
  Web(const WebOptions& options, Store& store, WebSources sources);
  ~Web();

  /// See http::Server::still_answers().
  bool still_answers();
  /// Notes the outcome of a reload for the pages and boxmeter_config_*.  Any thread.
  void note_reload(const Reloaded& reloaded);

  /// The TCP ports, in the order of `listen`; port 0 is replaced by the real one.
  std::vector<int> ports() const;
  /// "http://127.0.0.1:9877/", "https://...", "unix:/run/boxmeter.sock", in the order of `listen`;
  /// port 0 is replaced by the real one.
  std::vector<std::string> addresses() const;

  /// Serves with these options from now on.  Throws Error{config} as the constructor does; then
  /// nothing has changed.  One thread at a time.
  void update(const WebOptions& options);

  /// Also listens on these unix sockets (unix:/...) for the commands `reload` and `healthcheck`.
  /// Only the user that boxmeter runs as can connect, and no login is asked for.  Returns the
  /// reasons why sockets cannot be bound.
  std::vector<std::string> control(const std::vector<std::string>& sockets);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
