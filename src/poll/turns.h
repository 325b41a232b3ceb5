#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "metric/extract.h"
#include "poll/ask.h"
#include "poll/given.h"
#include "poll/learned.h"
#include "poll/poller.h"
#include "poll/schedule.h"

namespace boxmeter {

/// What is asked in a turn beside what is due.
struct Wish {
  std::set<std::string> at_once = {};        // whatever their intervals say
  std::set<std::string> in_their_time = {};  // but those with an interval longer than the device's
};

/// One device through all its turns: asks what is due, one query after the other, and hands the
/// snapshots to the recorder.  Used by one thread at a time.
class Turns {
 public:
  Turns(const Job& job, std::unique_ptr<Device> device, std::size_t series_limit,
        const PollRecorder& recorder, http::Stop& stop, Clock::time_point start);

  /// Never, by itself, for a device that is not polled.
  Clock::time_point next_due() const {
    return polled_ ? schedule_.next_due() : Clock::time_point::max();
  }
  /// It is asked in one turn and no other, even if its job says that it is not polled.
  void ask_only_once() { polled_ = is_only_turn_ = true; }
  /// Whether the last turn was to ask the query and ended before.
  bool left_out(const std::string& query) const { return left_out_.contains(query); }
  /// The last turn did not reach the device: it may hold a worker for its timeouts.
  bool in_trouble() const { return failures_ > 0; }

  /// From now on asks what `job` says, beginning at once, of the same box: login, what is known of
  /// requests and the choices of rules that stay as they are go on.  Needs opens_alike() jobs.
  void change(const Job& job, std::size_t series_limit);

  /// One turn.  Never throws.  A turn that is cut by `stop` leaves no trace.
  void take(Clock::time_point planned, const Wish& wish = {});

 private:
  std::vector<std::size_t> to_ask(const Wish& wish, Clock::time_point now) const;
  SnapshotPtr poll(std::size_t query);
  void ask(Snapshot& snapshot, std::size_t query);
  void recall();
  void notice_restart();
  void remember();
  bool ask_next(std::size_t query, Turn& turn, std::vector<QueryOutcome>& outcomes);
  void settle(Turn turn, Clock::time_point planned, Clock::time_point began);
  void tell(const Turn& turn, const std::vector<QueryOutcome>& outcomes);
  void tell_of_outage(const Failure& failure);
  void tell_of_gone(const std::vector<std::string>& gone);

  const std::string name_;
  std::vector<QueryPtr> queries_;
  Clock::duration interval_;
  bool polled_;
  std::size_t series_limit_;
  const PollRecorder& recorder_;
  http::Stop& stop_;
  std::unique_ptr<Device> device_;
  Asker asker_;
  Schedule schedule_;
  std::vector<Choices> choices_;  // per query
  unsigned boot_ = 0;             // of the device, when the choices were made
  LearnedFile file_;
  bool is_fresh_ = true;                 // no turn yet
  bool was_reached_ = false;             // in some turn
  std::optional<Incarnation> recalled_;  // what was recalled is of it; until the box says its own
  Incarnation kept_;                     // as in the file
  std::uint64_t kept_changes_ = 0;       // of the asker, that the file knows
  bool chose_ = false;                   // since the file was written
  std::set<std::string> left_out_;       // of the last turn
  bool is_only_turn_ = false;
  unsigned unheard_ = 0;   // queries in this turn that no box of this kind answered
  unsigned failures_ = 0;  // turns in a row that did not reach the device
  // What the log has said last.
  bool is_introduced_ = false;                         // of the box: that it is there
  bool is_out_ = false;                                // that it is not
  std::map<std::string, std::set<std::string>> told_;  // of a query: what is wrong with it
  std::vector<std::string> told_gone_;                 // metrics
  GivenMetrics given_;
  GivenMetrics::Known kept_given_;  // as in the file
};

}  // namespace boxmeter
