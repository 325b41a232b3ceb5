#pragma once
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "metric/extract.h"
#include "poll/learned.h"
#include "poll/metric_inventory.h"
#include "poll/poller.h"
#include "poll/requester.h"
#include "poll/schedule.h"

namespace boxmeter {

/// Queries that probes want in a turn, beside those that are due.
struct ExtraQueries {
  std::set<std::string> always = {};  // whether or not they are due
  std::set<std::string> if_due = {};  // but those with an interval longer than the device's
};

/// Polls one device, turn by turn: asks the queries that are due, one after the other, and hands
/// the snapshots to the recorder.  Used by one thread at a time.
class DevicePoller {
 public:
  DevicePoller(const Job& job, std::unique_ptr<Device> device, std::size_t series_limit,
               const PollRecorder& recorder, http::Stop& stop, Clock::time_point start);

  /// When the next turn is due, or the next look at a refused password file; time_point::max() for
  /// a device that is not polled.
  Clock::time_point next_due() const {
    return polled_ ? std::min(schedule_.next_due(), next_look_) : Clock::time_point::max();
  }
  /// There will be one turn only, even if the job says that the device is not polled.
  void ask_only_once() { polled_ = is_only_turn_ = true; }
  /// Whether the last turn ended before it asked the query, which was due.
  bool left_out(const std::string& query) const { return left_out_.contains(query); }
  /// The last turn did not reach the device: it may hold a worker for its timeouts.
  bool in_trouble() const { return failures_ > 0; }

  /// From now on asks the queries of `job`, all due at once.  The login, what is known of requests
  /// and the choices of unchanged rules are kept.  Precondition: opens_alike() with the job so far.
  void change(const Job& job, std::size_t series_limit);

  /// Runs one turn, unless nothing is due.  Never throws.  A turn that `stop` cuts short does not
  /// call recorder.end_turn().
  void run_turn(Clock::time_point planned, const ExtraQueries& extra = {});

 private:
  std::vector<std::size_t> to_ask(const ExtraQueries& extra, Clock::time_point now) const;
  SnapshotPtr poll(std::size_t query);
  void ask(Snapshot& snapshot, std::size_t query);
  void load_learned();
  void check_restart();
  void save_learned();
  bool ask_next(std::size_t query, Turn& turn, std::vector<QueryOutcome>& outcomes);
  Clock::duration look_every() const {
    return std::min<Clock::duration>(interval_, std::chrono::seconds(5));
  }
  void look_at_credential(Clock::time_point now);
  void finish_turn(Turn turn, Clock::time_point planned, Clock::time_point began);
  void log_turn(const Turn& turn, const std::vector<QueryOutcome>& outcomes);
  void log_outage(const Failure& failure);
  void log_gone(const std::vector<std::string>& gone);

  const std::string name_;
  std::vector<QueryPtr> queries_;
  Clock::duration interval_;
  bool polled_;
  std::size_t series_limit_;
  const PollRecorder& recorder_;
  http::Stop& stop_;
  std::unique_ptr<Device> device_;
  Requester requester_;
  Schedule schedule_;
  std::vector<Choices> choices_;            // per query
  const std::filesystem::path credential_;  // the file that the device logs in with; may be empty
  FileHashes refused_;  // what it held when the login was refused; empty: it was not
  Clock::time_point next_look_ = Clock::time_point::max();  // at that file
  unsigned boot_ = 0;  // of the device, when the choices were made
  LearnedFile file_;
  bool is_fresh_ = true;      // no turn yet
  bool was_reached_ = false;  // in some turn
  /// Of what was read from the file, until the box tells its own.
  std::optional<Incarnation> recalled_;
  Incarnation kept_;                // as in the file
  std::uint64_t kept_changes_ = 0;  // requester_.changes() when the file was written
  bool chose_ = false;              // since the file was written
  std::set<std::string> left_out_;  // of the last turn
  bool is_only_turn_ = false;
  unsigned unanswered_ = 0;  // queries in this turn that no box of this kind answered
  unsigned failures_ = 0;    // turns in a row that did not reach the device
  // What has been logged.
  bool introduction_logged_ = false;                     // the first line about the box
  std::set<ErrorKind> outage_logged_;                    // why the box does not answer
  std::map<std::string, std::set<std::string>> logged_;  // of a query: what is wrong with it
  std::vector<std::string> logged_gone_;                 // metrics
  MetricInventory inventory_;
  MetricInventory::Contents kept_inventory_;  // as in the file
};

}  // namespace boxmeter
