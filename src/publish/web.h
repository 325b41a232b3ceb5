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

/// What the program hands in: what pages show beside the store, and what they set off.  Called from
/// several threads.
struct WebSources {
  std::function<std::vector<SinkStatus>()> sinks = [] { return std::vector<SinkStatus>(); };
  std::string config_file = {};
  std::function<Reloaded()> reload = [] { return Reloaded{}; };
  WayOut way_out = [](const std::string&, ErrorKind, Support) { return std::string(); };
  /// The configuration in use as YAML, without secrets; with the line that each value comes from.
  std::function<std::string(bool with_lines)> config = [](bool) { return std::string(); };
  /// Every configured device, for /sd.
  std::function<std::shared_ptr<const std::vector<FleetDevice>>()> devices = [] {
    return std::make_shared<const std::vector<FleetDevice>>();
  };
  /// Asks a device, for /probe, and waits for it.
  std::function<ProbeOutcome(const ProbeQuestion&)> probe = [](const ProbeQuestion&) {
    return ProbeOutcome{.refusal = "no device is asked here", .status = 404};
  };
};

/// Our HTTP side (design.md section 6).  Serves from construction to destruction, by threads of
/// its own.  Who may ask what, WebGuard says.
class Web {
 public:
  /// `store` outlives it.  Throws Error{config} when an address cannot be listened on or the web
  /// file is wrong.
  Web(const WebOptions& options, Store& store, WebSources sources);
  ~Web();

  /// http::Server's.
  bool still_answers();
  /// What was read again, for pages and boxmeter_config_*.  Any thread.
  void note_reload(const Reloaded& reloaded);

  std::vector<int> ports() const;
  /// "http://127.0.0.1:9877/", "https://...", "unix:/run/boxmeter.sock", in the order of `listen`,
  /// with the ports that port 0 became.
  std::vector<std::string> addresses() const;

  /// Serves as `options` say from now on.  Throws Error{config} as the constructor does; then all
  /// is as it was.  One thread at a time.
  void follow(const WebOptions& options);

  /// Answers whoever asks by one of these unix sockets (unix:/...), which only the user that we run
  /// as can use, whatever `options` say.  Returns why one cannot be bound.
  std::vector<std::string> control(const std::vector<std::string>& sockets);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
