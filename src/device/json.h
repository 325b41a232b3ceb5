#pragma once
#include <string_view>

#include "metric/model.h"

namespace boxmeter {

/// What a box sent, as JSON.  One bad value costs itself, not the list that it is in: invalid
/// UTF-8, half a surrogate pair, a NUL and a bare control character become U+FFFD, a number that no
/// double holds (1e400) null.  Integers stay exact to 64 bits.  Pure; any thread.  Throws
/// Error{protocol} when it is not JSON and Error{too_large} above 64 levels of nesting (a deeper
/// value would crash whoever copies it) and above 300,000 values (each costs many times its bytes).
Reply parse_json(std::string_view body);

}  // namespace boxmeter
