#pragma once
#include <string_view>

#include "metric/model.h"

// JSON as boxes send it: now and then not UTF-8.  Pure, any thread.
namespace boxmeter::fritzbox {

/// A whole document.  Throws Error{protocol}, Error{too_large} for more than 64 levels.
Reply parse_json(std::string_view body);

}  // namespace boxmeter::fritzbox
