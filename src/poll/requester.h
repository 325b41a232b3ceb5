#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "device/device.h"
#include "metric/query.h"
#include "poll/capability.h"

namespace boxmeter {

/// What asking a query gave.
struct QueryReply {
  Reply reply = {};                    // one reply, an object of parts, or the array of iterations
  std::vector<Failure> problems = {};  // parts that failed; what the box does not support is none
};

struct PartOutcomes;  // outcomes of the requests of one query

/// Sends the requests of a query (parts, loops, alternatives) and makes one reply of their replies.
/// Remembers what this box does not support, and reuses replies for the `keep` of their requests.
/// One per device, used by one thread at a time.
class Requester {
 public:
  /// Called, if it is set, after every request that was sent, with its error; null: it was
  /// answered.
  using RequestDone = std::function<void(const Request&, const Error*)>;
  explicit Requester(Device& device, RequestDone request_done = {})
      : device_(device), request_done_(std::move(request_done)), epoch_(device.epoch()) {}

  /// Throws Error if no request of the query was answered (a reused reply does not count): the one
  /// that says most about the query, and whose Refusal tells what it can do on this box.  An error
  /// of the device itself (ends_turn) is thrown at once, whatever has been answered before.
  QueryReply ask(const Query& query, Clock::time_point now);

  /// Begins a turn: verbs that a Stranger answered in the last one are asked again.  A request that
  /// several queries make is sent once a turn, except in the first turn in which that shows.
  void begin_turn() {
    strangers_.clear();
    replies_of_turn_.clear();
    ++turn_;
  }
  /// Frees the replies that are reused within the turn.
  void end_turn() { replies_of_turn_.clear(); }
  /// Of the last ask(): when the first of the requests that the box has refused is asked again;
  /// max(): it refused none.
  Clock::time_point ask_again() const { return ask_again_; }
  /// How many requests were sent so far; not those with a reused reply, or known to be refused.
  std::uint64_t sent() const { return sent_; }

  /// What is known of each request, by describe(request), and how often that has changed: a refusal
  /// came, came again, or went.
  std::map<std::string, Capability> capabilities() const;
  std::uint64_t changes() const { return changes_; }
  /// Restores what an earlier run found out.  Call it before the first ask().
  void restore(const std::map<std::string, Capability>& capabilities);
  /// Makes all requests be sent again at their next ask(): the refusals are of another firmware, or
  /// of before a restart.
  void ask_all_at_once();

 private:
  /// What is known of one request.
  struct RequestState {
    Capability capability = {};
    Clock::time_point used = {};  // last asked for; time_point(): by an earlier run
    std::uint64_t turn = 0;       // in which it was last asked for
    bool is_repeated = false;     // it came twice in some turn
  };
  using Bindings = std::vector<std::pair<std::string, std::string>>;  // "radio" or "ap.id" -> text

  Reply ask_once(const Query& query, Clock::time_point now, PartOutcomes& outcomes);
  Reply ask_loop(const Query& query, Clock::time_point now, PartOutcomes& outcomes);
  std::vector<std::pair<Reply, Bindings>> iterations(const Query& query, Clock::time_point now);
  void ask_parts(const Query& query, const Bindings& bindings, Clock::time_point now,
                 Reply& element, PartOutcomes& outcomes);
  Reply first_supported(const Part& part, const Bindings& bindings, Clock::time_point now);
  Reply call(const Request& request, Clock::time_point now);
  Reply call_in_turn(const Request& request, const std::string& key, RequestState& state,
                     Clock::time_point now, bool is_first);
  Reply call_device(const Request& request, Capability& capability, Clock::time_point now);
  void report(const Request& request, const Error* error) const;
  void check_epoch();
  void forget_unused(Clock::time_point now);

  Device& device_;
  RequestDone request_done_;
  Epoch epoch_;
  struct CachedReply {
    Reply reply;
    Clock::time_point asked;
  };
  std::map<std::string, RequestState> requests_;  // by describe(request)
  std::map<std::string, CachedReply> cached_;     // by describe(request); until the epoch changes
  std::map<std::string, Reply> replies_of_turn_;  // to repeated ones, in this turn
  std::uint64_t turn_ = 1;
  Clock::time_point last_cleanup_ = {};           // when unused requests were last forgotten
  std::map<std::string, std::string> strangers_;  // verb -> message, in this turn
  std::uint64_t sent_ = 0;
  Clock::time_point ask_again_ = Clock::time_point::max();
  std::uint64_t changes_ = 0;
};

/// Whether an error is one of the device as a whole, so that the rest of the turn is not worth
/// asking.
bool ends_turn(ErrorKind kind);

/// Replaces {name} by its binding in target and arguments.
Request bound(const Request& request,
              const std::vector<std::pair<std::string, std::string>>& bindings);

}  // namespace boxmeter
