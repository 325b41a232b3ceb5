#pragma once
#include <string>

#include "metric/model.h"

// JSON values as a Python program prints them.  Pure; any thread; never throws Error.
namespace boxmeter {

/// The repr() of the value, on one line: {'state': 'up', 'ipv6': None}.  Members are sorted by
/// name.
std::string python_repr(const Reply& value);

/// The text of pprint.PrettyPrinter(indent=4) of Python 3.11: lines of 80 characters if possible,
/// without the line feed at the end.
std::string python_pretty(const Reply& value);

}  // namespace boxmeter
