#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "http/client.h"
#include "metric/model.h"
#include "publish/formats.h"

namespace boxmeter {

/// The configuration of one sink.
struct SinkOptions {
  std::string name = {};
  std::string url = {};  // with the path
  const PushFormat* format = &push_format();
  std::size_t max_body = 0;                    // bytes; 0: the format's default
  std::size_t max_queue = 16U << 20;           // bytes in memory; the oldest is dropped beyond
  std::size_t spool_max = 0;                   // bytes on disk; 0: nothing is kept there
  std::filesystem::path spool_folder = {};     // not shared with other sinks
  std::size_t catch_up = 4U << 20;             // bytes a second at most, with a spool
  std::chrono::milliseconds interval{10'000};  // between two deliveries while all is well
  std::chrono::milliseconds timeout{5'000};
  std::vector<std::string> devices = {};  // empty: all
  std::vector<std::string> queries = {};  // empty: all
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string username = {};
  Secret password = {};
  Secret bearer_token = {};
  http::TlsPolicy tls = {};
  bool gzip = false;
  std::string measurement = "prometheus";            // of formats that have one
  std::map<std::string, Labels> device_labels = {};  // the extra labels of each device, as tags
  bool integers = false;                             // in formats that have them beside floats
  std::map<std::string, std::string> turns = {};  // devices whose turns are pushed, with their kind
  std::chrono::milliseconds retry_first{1'000};   // doubles, with jitter, up to
  std::chrono::milliseconds retry_most{60'000};   // this
  friend bool operator==(const SinkOptions&, const SinkOptions&) = default;
};

/// The state of a sink, for boxmeter_push_* and /devices.
struct SinkStatus {
  std::string name = {};
  std::size_t queued_objects = 0;
  std::size_t queued_bytes = 0;
  std::optional<WallClock::time_point> oldest = {};
  std::optional<WallClock::time_point> last_success = {};
  std::uint64_t sent = 0;                              // objects
  std::map<std::string, std::uint64_t> failures = {};  // by reason
  std::map<std::string, std::uint64_t> dropped = {};   // by reason
  std::string last_error = {};
};

/// One push destination: a bounded queue in memory, or a spool on disk, and a thread that delivers
/// its objects, at least once and in order.  Never throws Error; failures are counted and
/// logged.
class Sink {
 public:
  explicit Sink(SinkOptions options);
  /// finish(), and waits for the thread: little more than half a second, whatever the listener
  /// does.
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// Uses these options from now on; they must have the same format and spool.  The queue is kept.
  /// Any thread; a running request ends with the old options.
  void change(SinkOptions options);
  SinkOptions options() const;

  /// Queues the objects of a snapshot, if the sink is configured for its device and query.  Any
  /// thread; does not block.
  void add(const SnapshotPtr& snapshot) noexcept;
  /// Queues the object of a turn, if any query was asked in it.  Any thread; does not block.
  void add(const std::string& device, const Turn& turn) noexcept;
  SinkStatus status() const;

  /// Starts the shutdown without waiting for it: the queue is tried once more, for `timeout` and
  /// half a second at most, a running request included; the rest stays in the spool, if there is
  /// one.  To end several sinks at the same time, call this for each before destroying the first.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
