#pragma once
#include <optional>
#include <string>

#include "config/catalogue.h"
#include "config/scope.h"
#include "metric/query.h"

namespace boxmeter {

/// What a query's rules inherit from it.  Kept unread, since paths are relative to a rule's own
/// row.
struct Inherited {
  std::optional<Value> each = {};
  std::optional<Value> where = {};
  std::optional<Value> labels = {};
  bool foreign = false;
};

/// One rule of `metrics`.  Throws Error{config} with the place.
Rule read_rule(const Value& value, const Inherited& inherited, const Scope& scope,
               Catalogue& catalogue);

}  // namespace boxmeter
