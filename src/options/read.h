#pragma once
#include <span>
#include <string>
#include <vector>

#include "options/option.h"

namespace boxmeter {

/// What stands on a command line beside the values that went to their targets.
struct Reading {
  bool wants_help = false;
  std::vector<std::string> words = {};       // neither options nor values of options
  std::vector<std::string_view> given = {};  // names of the options
};

/// Stores the values of the options in their targets.  An option's value is the next word, whatever
/// it is; of one that may be bare, the next word that does not begin with '-'.  Of an option that
/// is given twice the last value counts.  After --help nothing is checked.  Throws Error{config}
/// that quotes the value and names the program.
Reading read_options(const Syntax& syntax, std::span<const std::string> arguments);

/// The same as far as the first word that is neither option nor value: `words` begins with it and
/// holds all that follows, options too.
Reading read_until_word(const Syntax& syntax, std::span<const std::string> arguments);

}  // namespace boxmeter
