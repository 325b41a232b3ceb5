#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "metric/model.h"

// What data.lua, query.lua and the Smart Home REST interface answer.  None of the first two is
// documented: pages come and go with the firmware, which is no error.  Pure, any thread.
namespace boxmeter::fritzbox {

/// The pages of data.lua that a pack may read, and "query", which is query.lua.
const std::vector<std::string>& lua_pages();

/// Whether query.lua may be asked for this variable ("cpu:status/StatTemperature").
bool is_open_variable(std::string_view variable);

/// What stands in `data` of an answer of data.lua.  Throws Error{refused, unsupported} where the
/// firmware has no such page (HTML, nothing, another page), Error{protocol}, Error{too_large}.
Reply parse_page(std::string_view page, std::string_view body);

/// An answer of query.lua, less the variables that this firmware does not have.
/// Throws Error{refused, unsupported} when there are none, Error{protocol}, Error{too_large}.
Reply parse_variables(std::string_view body);

/// "smarthome/overview" of what people write: "/api/v0/smarthome/overview", "/smarthome/overview".
std::string rest_path(std::string_view target);

/// Throws Error{refused} with the text of the box for an answer other than 200: unsupported for
/// 404 and for a web page; Error{protocol}, Error{too_large}.
Reply parse_rest(int status, std::string_view body);

}  // namespace boxmeter::fritzbox
