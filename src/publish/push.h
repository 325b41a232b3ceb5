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

/// A destination as configured.
struct SinkOptions {
  std::string name = {};
  std::string url = {};  // whole
  const PushFormat* format = &push_format();
  std::size_t max_body = 0;                    // bytes; 0: the format's default
  std::size_t max_queue = 16U << 20;           // bytes in memory; the oldest is dropped beyond
  std::size_t spool_max = 0;                   // bytes on disk; 0: nothing is kept there
  std::filesystem::path spool_folder = {};     // of this sink alone
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
  bool integers = false;                             // of formats that tell them from floats
  std::map<std::string, std::string> turns = {};  // devices whose turns it tells, with their kind
  std::chrono::milliseconds retry_first{1'000};   // doubles, with jitter, up to
  std::chrono::milliseconds retry_most{60'000};   // this
  friend bool operator==(const SinkOptions&, const SinkOptions&) = default;
};

/// What health series and /devices say of a sink.
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

/// One destination: a bounded queue in memory, or a spool on disk, and the thread that empties it,
/// at least once and in order (design.md section 7).  Throws nothing of ours; what goes wrong is
/// counted and logged.
class Sink {
 public:
  explicit Sink(SinkOptions options);
  /// finish(), and waits for the end: at most half a second and a moment, whatever the listener
  /// does.
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// From now on by these options, of the same format and with the same spool, if any; what is
  /// queued goes on.  Any thread; the request that is running ends as it began.
  void change(SinkOptions options);
  SinkOptions options() const;

  /// Queues what this sink wants of the snapshot.  Any thread; never waits, never throws.
  void add(const SnapshotPtr& snapshot) noexcept;
  /// The same of how a turn of a device went that asked something.
  void add(const std::string& device, const Turn& turn) noexcept;
  SinkStatus status() const;

  /// Begins the end and does not wait for it: what is queued is tried once more, for at most
  /// `timeout` and never longer than half a second, also if a request is running; what is left
  /// waits in the spool, if there is one.  Several sinks that are to end together are told so
  /// first, then destroyed.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
