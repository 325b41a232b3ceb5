#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "metric/model.h"

// Reads the answers of data.lua, query.lua and the Smart Home REST interface.  The first two are
// not documented, and their pages differ from firmware to firmware, which is no error.  Pure, any
// thread.
namespace boxmeter::fritzbox {

/// The pages of data.lua that a pack may read, and "query", which is query.lua.
const std::vector<std::string>& lua_pages();

/// Whether query.lua may be asked for this variable ("cpu:status/StatTemperature").
bool is_open_variable(std::string_view variable);

/// The member `data` of an answer of data.lua.  Throws Error{refused, unsupported} if the firmware
/// has no such page (it answers with HTML, nothing or another page), Error{protocol},
/// Error{too_large}.
Reply parse_page(std::string_view page, std::string_view body);

/// The answer of query.lua without the variables that this firmware does not have.
/// Throws Error{refused, unsupported} if none is left, Error{protocol}, Error{too_large}.
Reply parse_variables(std::string_view body);

/// "smarthome/overview" for "/api/v0/smarthome/overview" and "/smarthome/overview".
std::string rest_path(std::string_view target);

/// Throws Error{refused} with the text of the box for a status other than 200 (unsupported for 404
/// and for HTML), Error{protocol}, Error{too_large}.
Reply parse_rest(int status, std::string_view body);

}  // namespace boxmeter::fritzbox
