#pragma once
#include <string>
#include <string_view>

#include "metric/model.h"

namespace boxmeter::freebox {

/// The body as JSON.  Invalid UTF-8 is repaired first (one Latin-1 host name would cost the whole
/// list), and a number that no double holds (1e400) becomes null instead of an error.  Integers
/// stay exact to 64 bits.  Pure.  Throws Error{protocol} when it is not JSON and Error{too_large}
/// above 64 levels of nesting (a deeper value would crash whoever copies it).
Reply parse_json(std::string_view body);

/// The body of an HTTP answer; the error names the status where there is more to know from it.
Reply parse_answer(int status, std::string_view body);

/// The member as text; empty when there is none, or none that is text.
std::string text_at(const Reply& object, const char* member);

/// What a box wrote, fit for one log line: without control characters, 200 bytes at most.
std::string one_line(std::string_view text);

}  // namespace boxmeter::freebox
