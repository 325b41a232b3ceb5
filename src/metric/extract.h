#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "metric/query.h"

namespace boxmeter {

/// Per rule of a query (by its index) the source that answered first on this box; -1: none yet.
/// Kept by the caller from poll to poll, forgotten when the box restarts or changes firmware.
using Choices = std::vector<int>;

/// How many rows extract() looks at before it asks again whether to stop.
inline constexpr std::size_t kRowsBetweenStops = 64;

struct Extraction {
  std::vector<Series> series = {};  // one per rule that found something, in the order of the rules
  std::vector<Failure> problems = {};  // "metric 'box_x': ...": at most one per rule
  /// Points left out, by reason: "limit", "duplicate", "state", "label", "key".
  std::map<std::string, std::uint64_t> dropped = {};
  std::uint64_t cut = 0;  // label values that were cut
};

/// Reads every rule of the query out of its reply; a rule that does not fit costs only itself.
/// Pure but for `choices`, which it fills in (and sizes); `now` is when the box answered.  Any
/// thread.  Never throws Error.
///
/// Rows.  For a query with a loop, `reply` is the array of iterations ({variable, reply or parts});
/// rules are read for each, and `$name` starts there.  Without one the reply is the only iteration.
/// `each` starts at the iteration; without `each` the iteration is the row.  An absent list, {} and
/// [] are no rows and no error.  What `*` leads to: see path.h; where a rule reads the row itself
/// (the empty path or `~`) and names nothing inside it, it takes every member of an object.
/// `split` in `each` makes a row of every piece that is not empty, one level below its string.
///
/// Comparing (`where`, `map`, `absent`, `states`) is as text, with true = 1 and false = 0.  A
/// condition on a path with `*` looks at all values that it leads to.  `present` means neither
/// null, "", {} nor [].  What `same_as` names must be there.  A time in the future is recent too.
///
/// Values.  A source answers when it gives a usable value after `absent`, `match` and `map`; the
/// first one that does in any row is chosen for all rows and all later polls.  A constant among
/// them is never chosen: it is the value of the rows for which the sources before it have none.
/// `match` finds its pattern anywhere in the text.  What a `map` without `else` does not list is
/// absent, and `else` does not bring back what is absent, nor what says that it knows
/// nothing ("unknown", "-", the empty text).  Numbers that are not finite, counters below 0, 32
/// ones (but for sizes), and what cannot be by the unit in the metric's name
/// (bounds.h) are absent.  Absence is silent but for `required`; an array or object that is not
/// empty where a value should be is a problem (mapping).  An empty list never is.  A path with `*`
/// and a split string have many values: `fold` takes all, else the first counts.
///
/// Labels.  Those that name the thing (`key`) must be there and no longer than kLongestLabel, else
/// the row is dropped ("key"): without them two things would become one.  Another one is left out
/// where it is absent or empty, and cut where it is too long.  An array or object that is not empty
/// is a problem, and its row is dropped ("label").  Of equal points of one metric, also from two
/// rules, the first stays; others are dropped ("duplicate"), which is a problem where they are of
/// one rule.  An info has one row per key: the first, of those that `prefer` names before all
/// others.  An info row about which the box says nothing (all labels empty but constants) is left
/// out; its value is always 1.
///
/// Numbers.  A number that is followed by anything but one of `units` is absent, and a problem.  A
/// rule that is `required` also has a problem if there are rows and none passes `where`.
///
/// Fold.  Rows without a usable value do not count (a mean is one of those that have one); `count`
/// counts the values, or the rows where the rule has no `value`.  For count and sum every
/// combination of values that the labels' maps name is there, with 0 when nothing was found: for
/// each combination of the other labels that occurs, and for every iteration where these are
/// constants or from `$name` (so a rule without labels counts 0 rows as 0).  Where the request part
/// that `each` reads got no answer, no such points are added.
///
/// States.  A state set has one point per state, `state` last, and is never cut in half; a text
/// that nobody listed gives all 0 and is counted ("state"); an absent or empty one gives no points.
///
/// `series_limit` bounds the points of the whole query, kMostLabelBytes their labels: later ones
/// are dropped ("limit"), which is a problem, too_large.
///
/// `stopped` is called before each rule and once in kRowsBetweenStops rows.  Once it has returned
/// true it is not called again; what has not been read by then is left out, and so is an incomplete
/// fold.
Extraction extract(const Query& query, const Reply& reply, std::size_t series_limit,
                   Choices& choices, WallClock::time_point now,
                   const std::function<bool()>& stopped = {});

}  // namespace boxmeter
