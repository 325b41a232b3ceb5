#pragma once
#include <string>

#include "options/option.h"

namespace boxmeter {

/// What --help prints: no line is longer than 100 columns, unless `more` has one.  Pure.
std::string help_text(const Syntax& syntax);

}  // namespace boxmeter
