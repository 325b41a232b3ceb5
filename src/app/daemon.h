#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/fleet.h"
#include "app/watchdog.h"
#include "base/file.h"
#include "base/guarded.h"
#include "config/config.h"
#include "poll/poller.h"
#include "publish/sinks.h"
#include "publish/store.h"
#include "publish/web.h"

namespace boxmeter {

/// The running boxmeter: polls, serves HTTP and pushes from construction to destruction, and can
/// reload its configuration meanwhile.
class Daemon {
 public:
  struct Reader {
    DeviceKinds kinds = {};
    std::string file = {};
    std::function<Config()> read = {};  // reads the configuration again, as at the start
  };
  /// `seen` are the files that were read for `config`.  Throws Error{config} if an address cannot
  /// be listened on.
  Daemon(Reader reader, Config config, FileHashes seen);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// The addresses that it listens on: "http://127.0.0.1:9877/", "unix:/run/boxmeter.sock", ...
  std::vector<std::string> addresses() const { return web_.addresses(); }

  /// For the watchdog; the daemon must outlive them.
  HealthChecks health_checks();

  /// Reads the configuration again and applies what has changed; if it is wrong, nothing changes.
  /// The outcome is counted and logged.  Any thread; calls are serialized.  Never throws Error.
  Reloaded reload();

 private:
  std::string apply_new_config(Config& in_use);
  void update_web(const Config& in_use, const Config& fresh);
  void open_control(const std::filesystem::path& state_dir);
  Reloaded noted(Reloaded reloaded);
  void change_devices(const Config& in_use, const Config& fresh);

  ProbeOutcome probe(const ProbeQuestion& question);

  void watch(const std::stop_token& stop);

  const Reader reader_;
  Guarded<FileHashes> seen_;  // when the configuration was last read, valid or not
  Guarded<Config> config_;    // in use; held during a reload
  Store store_;
  Sinks sinks_;
  http::Stop stop_;
  Guarded<std::shared_ptr<const Fleet>> fleet_;  // never null
  std::shared_ptr<Poller>
      poller_;  // null before the start and at the end; changed under config_'s lock
  Guarded<std::shared_ptr<Poller>> probed_;  // the same; running probes hold a copy
  Web web_;
  std::mutex watching_;  // not Guarded: the condition variable needs it
  std::condition_variable_any woken_;
  std::jthread watcher_;  // last: it uses all of the above
};

}  // namespace boxmeter
