#pragma once
#include <string>
#include <vector>

namespace boxmeter {

/// " (did you mean 'url'?)" for a key that means one of `known` in the files of other programs, or
/// that almost is one of them; else "".  Pure; any thread.
std::string suggestion(const std::string& word, const std::vector<std::string>& known);

}  // namespace boxmeter
