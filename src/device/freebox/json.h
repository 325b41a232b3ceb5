#pragma once
#include <string>
#include <string_view>

#include "device/json.h"

namespace boxmeter::freebox {

/// parse_json() of an HTTP body; its errors also name the status if that is 400 or above.
Reply parse_answer(int status, std::string_view body);

/// The member as text; empty if there is none or it is not text.
std::string text_at(const Reply& object, const char* member);

/// A text of the box, made fit for a log line: without control characters, 200 bytes at most.
std::string one_line(std::string_view text);

}  // namespace boxmeter::freebox
