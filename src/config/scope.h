#pragma once
#include <string>
#include <vector>

#include "device/kinds.h"
#include "metric/path.h"
#include "yaml/section.h"

namespace boxmeter {

/// What the requests and paths of one query may refer to.
struct Scope {
  const DeviceKind* kind = nullptr;
  std::string variable = {};            // of the loop; empty: there is none
  bool asks = false;                    // the loop's values come from a request
  std::vector<std::string> bound = {};  // what that request binds
  std::vector<std::string> parts = {};  // named parts of the request
};

/// How many levels below the reply (or the iteration) a row is, at most: paths must not climb
/// higher.
struct RowDepth {
  bool is_start = true;
  std::size_t depth = 0;
};

/// A path of a rule, checked against what the query has.  `text` stands at `place`, at which a
/// Mistake is thrown.
Path read_path(const Value& place, const std::string& text, const Scope& scope,
               const RowDepth& row);

/// The row that `path` leads to, one level deeper when its value is split.
RowDepth row_of(const Path& path, bool is_split);

/// Throws for a `{placeholder}` of a request that the loop does not fill.
void check_placeholders(const Value& place, const std::string& text, const Scope& scope);

}  // namespace boxmeter
