#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter::fritz {

/// Command::completions of `boxmeter fritz`: the names of services (for "SERVICE"), or of actions
/// (for "ACTION") of the service that `before` begins with, from what `boxmeter fritz -x` has kept
/// of any box.  Does not ask the box.  Throws Error if the folder cannot be read.
std::vector<std::string> cached_names(std::string_view what,
                                      const std::vector<std::string>& before);

}  // namespace boxmeter::fritz
