#include "options/option.h"

namespace boxmeter {

std::string see_help(const Syntax& syntax) { return "see '" + syntax.program + " --help'"; }

bool is_flag(const Option& option) {
  return std::holds_alternative<bool*>(option.target) ||
         std::holds_alternative<Count>(option.target);
}

}  // namespace boxmeter
