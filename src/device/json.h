#pragma once
#include <string_view>

#include "metric/model.h"

namespace boxmeter {

/// What a box sent, as JSON.  Invalid UTF-8 is repaired first (one Latin-1 host name would cost the
/// whole list), and a number that no double holds (1e400) becomes null instead of an error.
/// Integers stay exact to 64 bits.  Pure; any thread.  Throws Error{protocol} when it is not JSON
/// and Error{too_large} above 64 levels of nesting (a deeper value would crash whoever copies it).
Reply parse_json(std::string_view body);

}  // namespace boxmeter
