#pragma once
#include <string>
#include <string_view>

#include "metric/model.h"

// AHA-HTTP, the smart home interface (homeautoswitch.lua).  Pure, any thread.
namespace boxmeter::fritzbox {

/// Whether a command only reads: those named get...
bool is_reading_command(std::string_view command);

/// XML as a reply, lists of samples in `values` arrays of numbers with null for a missing one; text
/// as {"value": text}, which is absent where the box says "inval".
/// Throws Error{protocol}, Error{too_large}.
Reply parse_aha(std::string_view body);

/// The answer as it came: {"content-type": "text/plain", "encoding": "utf-8", "content": "1\n"}.
Reply aha_as_sent(std::string_view content_type, std::string_view body);

}  // namespace boxmeter::fritzbox
