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
struct Asked {
  Reply reply = {};                    // one reply, an object of parts, or the array of iterations
  std::vector<Failure> problems = {};  // parts that failed; what the box does not support is none
};

struct Tally;  // what became of the requests of one query

/// Turns the requests of a query (parts, loops, alternatives) into one reply, and remembers what
/// this box cannot do, and for their `keep` the answers that tell what hardly ever changes.  One
/// per device, used by one thread at a time.
class Asker {
 public:
  /// Calls `heard`, if it is set, for every request that was sent, with the error that came of it.
  using Heard = std::function<void(const Request&, const Error*)>;
  explicit Asker(Device& device, Heard heard = {})
      : device_(device), heard_(std::move(heard)), epoch_(device.epoch()) {}

  /// Throws Error when no request of the query was answered (what is kept is no answer: it only
  /// goes with others): the most telling one, whose Refusal says what the query can do on this box.
  /// An error of the device itself (ends_turn) is thrown at once, whatever has been answered
  /// before.
  Asked ask(const Query& query, Clock::time_point now);

  /// A new poll of the device begins: what was a stranger in the last one is asked again.  Within a
  /// turn a request that several queries make is asked once; which these are shows the first time.
  void begin_turn() {
    strangers_.clear();
    shared_answers_.clear();
    ++turn_;
  }
  /// Frees what is kept for the turn alone.
  void end_turn() { shared_answers_.clear(); }
  /// Of the last ask(): when the first of the requests that the box has refused is asked again;
  /// max(): it refused none.
  Clock::time_point ask_again() const { return ask_again_; }
  /// Requests that were sent so far; what is kept or known to be refused is not.
  std::uint64_t sent() const { return sent_; }

  /// What was found out so far, by describe(request), and how often that has changed: a refusal
  /// came, came again, or went.
  std::map<std::string, Capability> capabilities() const;
  std::uint64_t changes() const { return changes_; }
  /// What an earlier run found out; before the first ask().
  void recall(const std::map<std::string, Capability>& capabilities);
  /// Refusals are worth nothing any more: the box is not the one that they are of.
  void ask_all_at_once();

 private:
  /// Of a request.
  struct Known {
    Capability capability = {};
    Clock::time_point used = {};  // when it was last wanted; epoch: an earlier run wanted it
    std::uint64_t turn = 0;       // in which that was
    bool is_shared = false;       // it came twice in a turn
  };
  using Bindings = std::vector<std::pair<std::string, std::string>>;  // "radio" or "ap.id" -> text

  Reply ask_once(const Query& query, Clock::time_point now, Tally& tally);
  Reply ask_loop(const Query& query, Clock::time_point now, Tally& tally);
  std::vector<std::pair<Reply, Bindings>> iterations(const Query& query, Clock::time_point now);
  void ask_parts(const Query& query, const Bindings& bindings, Clock::time_point now,
                 Reply& element, Tally& tally);
  Reply first_supported(const Part& part, const Bindings& bindings, Clock::time_point now);
  Reply call(const Request& request, Clock::time_point now);
  Reply call_in_turn(const Request& request, const std::string& key, Known& known,
                     Clock::time_point now, bool is_first);
  Reply call_device(const Request& request, Capability& capability, Clock::time_point now);
  void tell(const Request& request, const Error* error) const;
  void notice_epoch();
  void forget_unused(Clock::time_point now);

  Device& device_;
  Heard heard_;
  Epoch epoch_;
  struct Kept {
    Reply reply;
    Clock::time_point asked;
  };
  std::map<std::string, Known> known_;           // by describe(request)
  std::map<std::string, Kept> kept_;             // by describe(request); until the epoch changes
  std::map<std::string, Reply> shared_answers_;  // to shared ones, in this turn
  std::uint64_t turn_ = 1;
  Clock::time_point swept_ = {};                  // when what nobody asks for was last forgotten
  std::map<std::string, std::string> strangers_;  // verb -> message, in this turn
  std::uint64_t sent_ = 0;
  Clock::time_point ask_again_ = Clock::time_point::max();
  std::uint64_t changes_ = 0;
};

/// Whether an error is one of the device as a whole: asking it anything else now is waste.
bool ends_turn(ErrorKind kind);

/// Replaces {name} by its binding in target and arguments.
Request bound(const Request& request,
              const std::vector<std::pair<std::string, std::string>>& bindings);

}  // namespace boxmeter
