#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "poll/device_poller.h"
#include "poll/poller.h"

namespace boxmeter {

/// A call of Poller::probe(), which waits on `changed` until `is_over`.
struct PendingProbe {
  explicit PendingProbe(const ProbeRequest& wanted) : probe(wanted), missing(wanted.queries) {}
  /// The box answered, no login was refused, and nothing is missing.
  bool is_served() const { return answered && !failed && missing.empty(); }

  const ProbeRequest& probe;
  std::set<std::string> missing;  // of its queries, not answered since it came
  bool answered = false;          // an answer of a box of this kind came
  bool failed = false;            // the turn said that the box was not reached, or refused a login
  bool in_turn = false;           // the turn that is running was begun for it too
  bool is_over = false;
  std::condition_variable changed = {};
};

/// The probes that wait for one device.  One that comes during a turn shares its outcomes.  The
/// caller holds the poller's lock; a probe must be removed before it is destroyed.
class PendingProbes {
 public:
  bool empty() const { return all_.empty(); }
  /// `is_busy`: a turn is running; what it has asked so far counts.
  void add(PendingProbe& pending, bool is_busy);
  void remove(PendingProbe& pending) { std::erase(all_, &pending); }

  /// The queries that the turn that begins now shall ask for them.
  ExtraQueries begin_turn();
  /// For each snapshot of the device, and at the end of its turn.
  void record(const Snapshot& snapshot);
  void record(const Turn& turn);
  /// Ends the probes that have all that this turn could give.  `left_out`: whether the turn ended
  /// before it asked a query.
  void end_turn(const std::function<bool(const std::string& query)>& left_out);
  /// Ends all probes.
  void end_all();

 private:
  std::vector<PendingProbe*> all_;
  std::map<std::string, bool> answered_;  // in the running turn: whether by a box of its kind
};

}  // namespace boxmeter
