#pragma once
#include <string>

#include "metric/model.h"

// JSON values as a Python program prints them.  Pure; any thread; never throws Error.
namespace boxmeter {

/// What repr() makes of the value, on one line: {'state': 'up', 'ipv6': None}.  Members are in the
/// order of their names.
std::string python_repr(const Reply& value);

/// What pprint.PrettyPrinter(indent=4) of Python 3.11 makes of it: lines of 80 characters where
/// that is possible, without the line feed at the end.
std::string python_pretty(const Reply& value);

}  // namespace boxmeter
