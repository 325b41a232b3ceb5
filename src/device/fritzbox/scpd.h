#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "device/fritzbox/soap.h"

// A service's own description of its actions.  Pure, any thread.
namespace boxmeter::fritzbox {

enum class ValueType { text, integer, boolean };

struct Action {
  std::string name = {};
  std::vector<std::string> inputs = {};  // in the order in which the box wants them
  std::vector<std::pair<std::string, ValueType>> outputs = {};

  ValueType type_of(std::string_view output) const;
};

struct Scpd {
  std::vector<Action> actions = {};  // by name

  /// Null when there is none.
  const Action* find(std::string_view name) const;
};

/// Throws Error{protocol}, Error{too_large}.
Scpd parse_scpd(std::string_view body);

/// A text as its declared type: a boolean, an exact integer, else the text itself.  Ranges are not
/// looked at: boxes send "ui4" above 2^32 and below 0.
Reply typed(const std::string& text, ValueType type);

/// Gives every argument of the answer its declared type.
void give_types(Answer& answer, const Action& action);

/// The arguments in the order of the action; those it does not know come last.
Arguments in_order(Arguments arguments, const Action& action);

}  // namespace boxmeter::fritzbox
