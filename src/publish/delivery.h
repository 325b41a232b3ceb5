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
  std::size_t max_rate = 0;                    // bytes a second; 0: as fast as they are taken
  std::chrono::milliseconds interval{10'000};  // from one flush to the next
  std::chrono::milliseconds retry_first{1'000};
  std::chrono::milliseconds retry_most{60'000};  // also the pace while the settings are refused
  std::chrono::milliseconds retry_after_most{300'000};
  unsigned patience = 10;  // objects refused in a row before trying slows down
  std::function<double()> jitter = [] { return 1.0; };  // 0..1, for each wait
};

/// One request: the objects numbered first <= n < end.
struct PushBody {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::string text = {};
  std::size_t size = 0;  // of the text in bytes, also when the text has been moved away
};

/// What came of a request: a status, or 0 and an error.
struct PushAnswer {
  int status = 0;
  std::string body = {};  // its first line is quoted in messages
  std::optional<std::chrono::milliseconds> retry_after = {};
  ErrorKind error = ErrorKind::network;
  std::string message = {};
};

/// A line for the log: `good` when something works again.
struct PushNote {
  bool good = false;
  std::string text = {};
  friend bool operator==(const PushNote&, const PushNote&) = default;
};
using PushNotes = std::vector<PushNote>;

/// Delivery to one listener without its socket and its clock: what to send next, what an answer
/// means, when to try again.  At least once and in order; an object is forgotten only after a 2xx,
/// or dropped and counted.  Pure; one thread at a time.  Throws nothing of ours.
class Delivery {
 public:
  explicit Delivery(DeliveryOptions options = {});

  /// Takes an object in.  Dropped and counted: one that is above `max_body` or the queue's bound
  /// alone (too_large), and the oldest ones when there is no room (queue_full).
  PushNotes add(PushObject object);

  /// When the next body is to be sent; nothing while there is nothing to send.
  std::optional<Clock::time_point> due(Clock::time_point now) const;

  /// The body to send, if it is time.  Its answer comes before the next one is asked for.
  std::optional<PushBody> next(Clock::time_point now);
  PushNotes answered(const PushBody& body, const PushAnswer& answer, Clock::time_point now);

  /// From now on by these, of the same framing: what is queued stays, as far as it fits, and is due
  /// at once, as somebody may have corrected what the listener complained of.
  PushNotes change(DeliveryOptions options);

  /// Shutdown: what is queued is due at once, whatever interval and back-off say.
  void ignore_waits();
  /// The last answer was not a 2xx, and trying waits for that reason.
  bool waiting() const { return retry_at_.has_value(); }

  const PushQueue& queue() const { return queue_; }
  std::uint64_t sent() const { return sent_; }
  /// When a listener last took something.
  std::optional<Clock::time_point> last_success() const { return last_success_; }
  const std::map<std::string, std::uint64_t>& failures() const { return failures_; }
  const std::map<std::string, std::uint64_t>& dropped() const { return dropped_; }
  /// Of the newest answer that was not a 2xx; empty once one is again.
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
  // Of a batch, in bytes.  Falls when the listener answers 413, and rises again step by step: it
  // may have been one object, or a proxy that was set up differently for a while.
  std::size_t body_limit_;
  unsigned delivered_in_a_row_ = 0;  // bodies since the limit changed
  unsigned next_rise_ = kFirstRise;  // after so many; doubles when the rise was too much
  bool risen_ = false;               // since the last 413

  Clock::time_point flush_at_ = Clock::time_point::min();
  Clock::time_point not_before_ = Clock::time_point::min();  // by max_rate
  std::uint64_t flush_end_ = 0;    // objects below are part of the flush that is running
  std::uint64_t suspect_end_ = 0;  // among the objects below is one that the listener refused
  std::optional<Clock::time_point> retry_at_;
  Trouble trouble_ = Trouble::none;
  unsigned attempts_ = 0;  // that failed in a row
  unsigned refused_in_a_row_ = 0;

  std::uint64_t sent_ = 0;
  std::optional<Clock::time_point> last_success_;
  std::map<std::string, std::uint64_t> failures_;
  std::map<std::string, std::uint64_t> dropped_;
  std::string last_error_;
  std::set<std::string> told_;
};

}  // namespace boxmeter
