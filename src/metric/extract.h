#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metric/query.h"

namespace boxmeter {

/// Per rule of a query (by its index) the source that answered first on this box; -1: none yet.
/// Kept by the caller from poll to poll, forgotten when the box restarts or changes firmware.
using Choices = std::vector<int>;

struct Extraction {
  std::vector<Series> series = {};  // one per rule that found something, in the order of the rules
  std::vector<Failure> problems =
      {};  // "metric 'box_x': ...": a rule that does not fit, `required`
  std::map<std::string, std::uint64_t> dropped = {};  // "limit", "duplicate", "state", "label"
};

/// The rows that `each` selects of a reply without a loop: how a `for_each` finds its iterations.
std::vector<Place> rows(const std::vector<Source>& each, const Reply& reply);

/// How a JSON value compares and prints: text as it is, true and false, a number's shortest text.
std::string text_of(const Reply& value);

/// Reads every rule of the query out of its reply; a rule that does not fit costs only itself.
/// `series_limit` bounds the points of the whole query: later ones are dropped and counted.
/// For a query with a loop, `reply` is the array of iterations and rules are read for each.
/// Pure but for `choices`, which it fills in.  Never throws Error.
Extraction extract(const Query& query, const Reply& reply, std::size_t series_limit,
                   Choices& choices);

}  // namespace boxmeter
