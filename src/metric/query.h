#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "metric/model.h"
#include "metric/path.h"

namespace re2 {
class RE2;
}

// The query language of docs/packs.md as values: config/ reads and checks them, the Requester and
// extract() follow them.  Immutable once made, shared by all devices that run the query.
namespace boxmeter {

/// Bytes of a label value; a longer one is cut.
inline constexpr std::size_t kLongestLabel = 256;

using RegexPtr = std::shared_ptr<const re2::RE2>;  // one capturing group

/// `map: {a: x, b: y}` with `else: z`; compared as text.  A value is a text: "=..." is not special.
struct Mapping {
  std::vector<std::pair<std::string, std::string>> entries = {};
  std::optional<std::string> otherwise = {};
  bool empty() const { return entries.empty() && !otherwise; }
};

/// Where a value comes from: a path from the row, a constant, or a sum.  `split` makes an array of
/// the string at the path.
struct Source {
  std::optional<std::string> constant = {};  // `=text`
  Path path = {};                            // of a sum: that of its first addend
  std::string split = {};                    // one character, or empty
  double scale = 1.0;                        // of this source alone, before the rule's own
  RegexPtr match = {};                       // of an addend
  std::vector<Source> sum = {};              // the addends, each a path
};

struct LabelRule {
  std::string name = {};
  Source source = {};
  std::string remove = {};  // characters to remove
  bool lower = false;       // in lower case (ASCII)
  RegexPtr match = {};      // no match: the label is empty
  Mapping map = {};
  std::string fallback = {};  // if the box says nothing
  bool key = false;           // identifies the row: one without it is dropped
};

/// One key of `where`.  The row is kept when any of `any` equals the value (as text, true = 1),
/// none of `none` does, the value at `same` equals it, the time that it tells (seconds since 1970)
/// is later than `within` ago, and `present` says whether there must be a value: all that is set.
struct Condition {
  Path path = {};
  std::vector<std::string> any = {};
  std::vector<std::string> none = {};
  std::optional<Path> same = {};
  std::optional<std::chrono::milliseconds> within = {};
  std::optional<bool> present = {};
};

/// One of `states:`, in the order of the file.  Selected by any of `texts`, or, if `otherwise`
/// (`else`), by any text that no state lists.
struct State {
  std::string name = {};
  std::vector<std::string> texts = {};
  bool otherwise = false;
};

enum class Fold { none, count, sum, min, max, mean };

/// How one metric is read out of a reply.  `each`, `where` and `labels` are complete: what stood at
/// the query has been inherited by config/.
struct Rule {
  FamilyPtr family = {};
  std::vector<Source> each = {};       // empty: the reply (or the iteration) is the one row
  std::vector<Condition> where = {};   // all of them
  std::vector<Condition> prefer = {};  // of an info: rows that meet them win
  std::vector<LabelRule> labels = {};
  std::vector<Source> value = {};  // the first that ever answered on this box stays chosen
  std::vector<std::string> absent = {};
  RegexPtr match = {};
  Mapping map = {};
  std::vector<std::string> units = {};  // what may stand behind the number
  double scale = 1.0;
  double offset = 0.0;
  Fold fold = Fold::none;
  std::vector<State> states = {};
  bool required = false;
};

/// Part of a query's request; the name is empty where the request has no parts.
struct Part {
  std::string name = {};
  std::vector<Request> first = {};  // alternatives: the first that this box supports, remembered
};

/// `for_each`: values to substitute for `{variable}` and `{variable.bound}` in the requests.
struct Loop {
  std::string variable = {};
  std::vector<std::string> values = {};  // a literal list; empty: ask `request`
  std::optional<Request> request = {};
  std::vector<Source> each = {};
  std::vector<Condition> where = {};  // without `within`
  std::vector<std::pair<std::string, Path>> bind = {};
};

struct Query {
  std::string name = {};
  std::string pack = {};
  std::string kind = {};  // of device
  std::vector<Part> parts = {};
  std::optional<Loop> loop = {};
  std::chrono::milliseconds interval{0};  // 0: the device's
  std::vector<Rule> rules = {};
  /// A hash of what its pack says of it: equal for queries that were read from equal texts.
  std::size_t text_hash = 0;
};
using QueryPtr = std::shared_ptr<const Query>;

}  // namespace boxmeter
