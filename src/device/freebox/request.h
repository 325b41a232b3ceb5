#pragma once
#include <string>
#include <string_view>

namespace boxmeter::freebox {

/// The path of a `get:` as it goes into a URL, relative to the API's root: what a placeholder left
/// in it (a host's id, say) cannot leave the path.  Pure.  Throws Error{config} for a path that
/// climbs, names another place, or is not one of reading.
std::string url_path(std::string_view target);

}  // namespace boxmeter::freebox
