#pragma once
#include <vector>

#include "config/scope.h"
#include "metric/query.h"

// The requests of a query.  All throw Error{config} with the place.
namespace boxmeter {

/// `for_each`.  Fills in what the scope says of the loop.
Loop read_loop(const Value& value, Scope& scope);

/// `request`: one, or an object of named ones.  Fills in the parts of the scope.
std::vector<Part> read_parts(const Value& value, Scope& scope);

}  // namespace boxmeter
