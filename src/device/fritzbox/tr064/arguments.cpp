#include "device/fritzbox/tr064/arguments.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"

namespace boxmeter::fritzbox {
namespace {

using Direction = Argument::Direction;

std::vector<std::string> input_names(const Action& action) {
  std::vector<std::string> names;
  for (const Argument& argument : action.arguments)
    if (argument.direction == Direction::in) names.push_back(argument.name);
  return names;
}

Error unknown_argument(const std::string& name, const Action& action) {
  const std::vector<std::string> known = input_names(action);
  const std::string takes =
      known.empty() ? " (it takes none)" : " (it takes: " + joined(known) + ")";
  const std::string hint = did_you_mean(name, known);
  return {ErrorKind::config, "'" + name + "' is not an argument of '" + action.name + "'" +
                                 (hint.empty() ? takes : hint)};
}

/// The value as it is sent: a boolean as 1 or 0.
std::string sent_value(const std::string& name, const std::string& value,
                       const StateVariable& variable) {
  const auto wrong = [&](const std::string& wanted) {
    return Error(ErrorKind::config,
                 "argument '" + name + "' must be " + wanted + ", not '" + value + "'");
  };
  if (variable.type() == ValueType::boolean) {
    const std::string word = lower(value);
    if (word == "true" || word == "1") return "1";
    if (word == "false" || word == "0") return "0";
    throw wrong("true or false");
  }
  if (variable.type() == ValueType::integer && !typed(value, ValueType::integer).is_number())
    throw wrong("a whole number (" + variable.data_type + ")");
  return value;
}

/// Empty if the SCPD allows the value.
std::string doubt(const std::string& name, const std::string& value,
                  const StateVariable& variable) {
  const auto& allowed = variable.allowed_values;
  if (!allowed.empty() && std::ranges::find(allowed, value) == allowed.end())
    return "argument '" + name + "' is '" + value + "', which the box does not list (" +
           joined(allowed) + ")";
  const auto given = parse_double(value);
  if (!variable.range || !given) return "";
  const auto least = parse_double(variable.range->minimum),
             most = parse_double(variable.range->maximum);
  if ((!least || *given >= *least) && (!most || *given <= *most)) return "";
  return "argument '" + name + "' is " + value + ", outside of what the box declares (" +
         variable.range->minimum + " to " + variable.range->maximum + ")";
}

}  // namespace

CheckedArguments checked(const Arguments& arguments, const Scpd& scpd, const Action& action) {
  for (const auto& [name, value] : arguments)
    if (action.find(name, Direction::in) == nullptr) throw unknown_argument(name, action);
  CheckedArguments result;
  for (const Argument& argument : action.arguments) {
    if (argument.direction != Direction::in) continue;
    const StateVariable* variable = scpd.variable_of(argument);
    const auto given =
        std::ranges::find(arguments, argument.name, [](const auto& each) { return each.first; });
    if (given == arguments.end())
      throw Error(ErrorKind::config,
                  "'" + action.name + "' needs the argument '" + argument.name + "'" +
                      (variable == nullptr ? "" : " (" + variable->data_type + ")"));
    const auto& [name, value] = *given;
    result.arguments.emplace_back(name,
                                  variable == nullptr ? value : sent_value(name, value, *variable));
    if (variable == nullptr) continue;
    if (std::string text = doubt(name, value, *variable); !text.empty())
      result.doubts.push_back(std::move(text));
  }
  return result;
}

std::string unknown_action(const std::string& action, const std::string& service,
                           const Scpd& scpd) {
  std::vector<std::string> known;
  for (const Action& each : scpd.actions) known.push_back(each.name);
  return "this box has no action '" + action + "' in '" + service + "'" +
         did_you_mean(action, known);
}

}  // namespace boxmeter::fritzbox
