#pragma once
#include <vector>

#include "config/scope.h"
#include "metric/query.h"

// The requests of a query.  All throw Error{config} with the place.
namespace boxmeter {

/// Reads `for_each`, and puts its variable and what it binds into the scope.
Loop read_loop(const Value& value, Scope& scope);

/// Reads `request`: one, or a mapping of named parts, whose names it puts into the scope.
std::vector<Part> read_parts(const Value& value, Scope& scope);

}  // namespace boxmeter
