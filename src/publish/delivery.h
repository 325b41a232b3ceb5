#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "publish/formats.h"
#include "publish/queue.h"

namespace boxmeter {

struct DeliveryOptions {
  Framing framing = {.before = "[", .between = ",", .after = "]"};
  std::size_t max_body = 0;                    // bytes; 0: no limit
  std::size_t max_queue = 16U << 20;           // bytes
  std::size_t max_rate = 0;                    // bytes a second; 0: as fast as the listener is
  std::chrono::milliseconds interval{10'000};  // from one flush to the next
  std::chrono::milliseconds retry_first{1'000};
  std::chrono::milliseconds retry_most{60'000};  // also the wait after a 401, 404, ...
  std::chrono::milliseconds retry_after_most{300'000};
  unsigned patience = 10;  // objects refused in a row, after which it also waits
  std::function<double()> jitter = [] { return 1.0; };  // 0..1, a factor of each wait
};

/// One request: the objects numbered first <= n < end.
struct PushBody {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::string text = {};
  std::size_t size = 0;  // of the text in bytes, also when the text has been moved away
};

/// The outcome of a request: the HTTP status, or 0 and an error.
struct PushAnswer {
  int status = 0;
  std::string body = {};  // its first line is quoted in messages
  std::optional<std::chrono::milliseconds> retry_after = {};
  ErrorKind error = ErrorKind::network;
  std::string message = {};
};

/// A line for the log: a warning, or, if `good`, the end of one.
struct PushNote {
  bool good = false;
  std::string text = {};
  friend bool operator==(const PushNote&, const PushNote&) = default;
};
using PushNotes = std::vector<PushNote>;

/// The logic of delivering objects to one listener, without socket and clock: what to send next,
/// what an answer means, when to try again.  Delivers at least once and in order: an object leaves
/// the queue only after a 2xx, or is dropped and counted.  No I/O; one thread at a time.  Never
/// throws Error.
class Delivery {
 public:
  explicit Delivery(DeliveryOptions options = {});

  /// Queues an object.  Drops and counts it if it alone exceeds `max_body` or the queue
  /// (too_large); drops the oldest ones if there is no room for it (queue_full).
  PushNotes add(PushObject object);

  /// When the next body is to be sent; nullopt if there is nothing to send.
  std::optional<Clock::time_point> due(Clock::time_point now) const;

  /// The body to send, if one is due.  Its answer must be given to answered() before the next call.
  std::optional<PushBody> next(Clock::time_point now);
  PushNotes answered(const PushBody& body, const PushAnswer& answer, Clock::time_point now);

  /// Uses these options, of the same framing, from now on.  The queue is kept as far as it fits,
  /// and is due at once: the change may be what the listener was waiting for.
  PushNotes change(DeliveryOptions options);

  /// Shutdown: the queue is due at once, whatever interval and back-off say.
  void ignore_waits();
  /// Whether it waits before it tries again, because the last answer was not a 2xx.
  bool waiting() const { return retry_at_.has_value(); }

  const PushQueue& queue() const { return queue_; }
  std::uint64_t sent() const { return sent_; }
  /// When the listener last accepted a body.
  std::optional<Clock::time_point> last_success() const { return last_success_; }
  const std::map<std::string, std::uint64_t>& failures() const { return failures_; }
  const std::map<std::string, std::uint64_t>& dropped() const { return dropped_; }
  /// The last answer, if that was not a 2xx; else empty.
  const std::string& last_error() const { return last_error_; }

 private:
  static constexpr unsigned kFirstRise = 32, kLastRise = 4096;  // bodies

  enum class Trouble { none, listener, settings, content };

  void deliver(const PushBody& body, Clock::time_point now, PushNotes& notes);
  void blame(const PushBody& body, const PushAnswer& answer, Clock::time_point now,
             PushNotes& notes);
  void rise();
  void shrink(const PushBody& body, PushNotes& notes);
  void wait(Trouble trouble, const PushAnswer& answer, Clock::time_point now, PushNotes& notes);
  void drop_too_large(const PushObject& object, std::string_view why, PushNotes& notes);
  void note_once(const std::string& key, std::string text, PushNotes& notes);
  std::size_t most_body() const;
  std::uint64_t batch_end() const;
  std::chrono::milliseconds backoff();

  DeliveryOptions options_;
  PushQueue queue_;
  // The size of a batch, in bytes.  Halved when the listener answers 413, and raised again step by
  // step, since the reason may have been one object, or passing (a proxy's limit).
  std::size_t body_limit_;
  unsigned delivered_in_a_row_ = 0;  // bodies since the limit changed
  unsigned next_rise_ = kFirstRise;  // bodies after which it is raised; doubled if that gave a 413
  bool risen_ = false;               // the limit was raised since the last 413

  Clock::time_point flush_at_ = Clock::time_point::min();
  Clock::time_point not_before_ = Clock::time_point::min();  // because of max_rate
  std::uint64_t flush_end_ = 0;    // objects with a lower number belong to the current flush
  std::uint64_t suspect_end_ = 0;  // one of the objects with a lower number was refused
  std::optional<Clock::time_point> retry_at_;
  Trouble trouble_ = Trouble::none;
  unsigned attempts_ = 0;  // failed ones in a row
  unsigned refused_in_a_row_ = 0;

  std::uint64_t sent_ = 0;
  std::optional<Clock::time_point> last_success_;
  std::map<std::string, std::uint64_t> failures_;
  std::map<std::string, std::uint64_t> dropped_;
  std::string last_error_;
  std::set<std::string> told_;  // keys of note_once() that were logged
};

}  // namespace boxmeter
