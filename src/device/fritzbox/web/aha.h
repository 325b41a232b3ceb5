#pragma once
#include <string>
#include <string_view>

#include "metric/model.h"

// AHA-HTTP, the smart home interface (homeautoswitch.lua; AVM, "AVM Home Automation HTTP
// Interface",
// https://fritz.com/fileadmin/user_upload/Global/Service/Schnittstellen/AHA-HTTP-Interface.pdf).
// Pure, any thread.
namespace boxmeter::fritzbox {

/// Whether a command only reads: its name begins with "get".
bool is_reading_command(std::string_view command);

/// The answer as JSON.  XML: as to_json(), and lists of samples as arrays of numbers called
/// `values`, null for a missing one.  Text: {"value": text}, or {} for "inval", the box's word for
/// "not known". Throws Error{protocol}, Error{too_large}.
Reply parse_aha(std::string_view body);

/// The answer unparsed: {"content-type": "text/plain", "encoding": "utf-8", "content": "1\n"}.
Reply aha_as_sent(std::string_view content_type, std::string_view body);

}  // namespace boxmeter::fritzbox
