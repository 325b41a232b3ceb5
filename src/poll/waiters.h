#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "poll/poller.h"
#include "poll/turns.h"

namespace boxmeter {

/// Somebody waits in Poller::probe() until `is_over`, told by `changed`.
struct Waiter {
  explicit Waiter(const Probe& wanted) : probe(wanted), missing(wanted.queries) {}
  /// The box answered, no login was refused, and nothing is missing.
  bool is_served() const { return heard && !failed && missing.empty(); }

  const Probe& probe;
  std::set<std::string> missing;  // of its queries, not answered since it came
  bool heard = false;             // an answer of a box of this kind came
  bool failed = false;            // the turn said that the box was not reached, or refused a login
  bool in_turn = false;           // the turn that is running was begun for it too
  bool is_over = false;
  std::condition_variable changed = {};
};

/// Those who wait for one device: who comes while it is asked shares what its turn gives.  One
/// thread at a time, the lock is the caller's; a waiter must be removed before it goes.
class Waiters {
 public:
  bool empty() const { return all_.empty(); }
  /// `is_busy`: a turn is running, and what it has given so far counts.
  void add(Waiter& waiter, bool is_busy);
  void remove(Waiter& waiter) { std::erase(all_, &waiter); }

  /// What the turn that begins now is to ask for them.
  Wish begin_turn();
  void note(const Snapshot& snapshot);
  void note(const Turn& turn);
  /// Ends the wait of those who have what there is.  `left_out`: whether the turn gave a query up.
  void end_turn(const std::function<bool(const std::string& query)>& left_out);
  /// Ends the wait of all.
  void give_up();

 private:
  std::vector<Waiter*> all_;
  std::map<std::string, bool> answered_;  // in the turn that is running: by a box of its kind
};

}  // namespace boxmeter
