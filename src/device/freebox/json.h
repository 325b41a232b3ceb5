#pragma once
#include <string>
#include <string_view>

#include "device/json.h"

namespace boxmeter::freebox {

/// The body of an HTTP answer; the error names the status where there is more to know from it.
Reply parse_answer(int status, std::string_view body);

/// The member as text; empty when there is none, or none that is text.
std::string text_at(const Reply& object, const char* member);

/// What a box wrote, fit for one log line: without control characters, 200 bytes at most.
std::string one_line(std::string_view text);

}  // namespace boxmeter::freebox
