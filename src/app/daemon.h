#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/roster.h"
#include "app/watchdog.h"
#include "base/file.h"
#include "base/guarded.h"
#include "config/config.h"
#include "poll/poller.h"
#include "publish/sinks.h"
#include "publish/store.h"
#include "publish/web.h"

namespace boxmeter {

/// A boxmeter that polls, answers and pushes from construction to destruction, and can be given
/// another configuration meanwhile.
class Daemon {
 public:
  struct Reader {
    DeviceKinds kinds = {};
    std::string file = {};
    std::function<Config()> read = {};  // the configuration again, as it was read for the start
  };
  /// `seen` is what was read for `config`.  Throws Error{config} when an address cannot be listened
  /// on.
  Daemon(Reader reader, Config config, FileHashes seen);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// "http://127.0.0.1:9877/", "unix:/run/boxmeter.sock", ...
  std::vector<std::string> addresses() const { return web_.addresses(); }

  /// What shows that it works; the daemon outlives them.
  VitalSigns vital_signs();

  /// Reads the configuration and follows it: only what has changed in it changes.  One that is
  /// wrong changes nothing.  Both are counted and logged.  Any thread; several calls come one after
  /// the other.  Never throws Error.
  Reloaded reload();

 private:
  std::string follow(Config& in_use);
  void follow_web(const Config& in_use, const Config& fresh);
  void open_control(const std::filesystem::path& state_dir);
  Reloaded noted(Reloaded reloaded);
  void change_devices(const Config& in_use, const Config& fresh);

  ProbeOutcome probe(const ProbeQuestion& question);

  void watch(const std::stop_token& stop);

  const Reader reader_;
  Guarded<FileHashes> seen_;  // when the configuration was last read, well or not
  Guarded<Config> config_;    // in use; held during a reload
  Store store_;
  Sinks sinks_;
  http::Stop stop_;
  Guarded<std::shared_ptr<const Roster>> roster_;  // never null
  std::shared_ptr<Poller> poller_;  // null before the start and at the end; set under config_
  Guarded<std::shared_ptr<Poller>> probed_;  // the same, for probes, which hold it meanwhile
  Web web_;
  std::mutex watching_;  // not Guarded: the condition needs it
  std::condition_variable_any woken_;
  std::jthread watcher_;  // last: it uses all of the above
};

}  // namespace boxmeter
