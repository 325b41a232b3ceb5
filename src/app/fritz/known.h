#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter::fritz {

/// The names of services ("SERVICE"), or of the actions ("ACTION") of the service that `before`
/// begins with, of the last box of which `boxmeter fritz -x` has kept what it can be asked.  Asks
/// no box.  Throws Error where nothing is kept.
std::vector<std::string> known_words(std::string_view what, const std::vector<std::string>& before);

}  // namespace boxmeter::fritz
