#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter::fritz {

/// Command::completions of `boxmeter fritz`: the names of services (for "SERVICE"), or of actions
/// (for "ACTION") of the service that `before` begins with, from a file that `boxmeter fritz -x`
/// cached.  Does not ask the box.  Throws Error if there is no such file.
std::vector<std::string> cached_names(std::string_view what,
                                      const std::vector<std::string>& before);

}  // namespace boxmeter::fritz
