#include "device/fritzbox/tr064/scpd.h"

#include <algorithm>
#include <iterator>

#include "base/number.h"
#include "base/text.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

/// The types of UPnP; boxes use eight of them.
constexpr struct {
  std::string_view name;
  ValueType type;
} kTypes[] = {
    {"boolean", ValueType::boolean},    {"ui1", ValueType::integer},
    {"ui2", ValueType::integer},        {"ui4", ValueType::integer},
    {"ui8", ValueType::integer},        {"i1", ValueType::integer},
    {"i2", ValueType::integer},         {"i4", ValueType::integer},
    {"i8", ValueType::integer},         {"int", ValueType::integer},
    {"uuid", ValueType::uuid},          {"integer", ValueType::integer},
    {"datetime", ValueType::date_time},
};

StateVariable to_variable(const pugi::xml_node& node) {
  StateVariable variable{.name = text(child(node, "name")),
                         .data_type = text(child(node, "dataType")),
                         .default_value = text(child(node, "defaultValue"))};
  for (const pugi::xml_node& value : child(node, "allowedValueList"))
    if (local_name(value) == "allowedValue") variable.allowed_values.push_back(text(value));
  if (const pugi::xml_node range = child(node, "allowedValueRange"))
    variable.range = {.minimum = text(child(range, "minimum")),
                      .maximum = text(child(range, "maximum")),
                      .step = text(child(range, "step"))};
  variable.allowed_values.shrink_to_fit();
  return variable;
}

std::uint16_t index_of(const std::string& name, const std::vector<StateVariable>& variables) {
  const auto found = std::ranges::find(variables, name, &StateVariable::name);
  const auto index = found - variables.begin();
  return found == variables.end() || index >= Argument::kUndeclared
             ? Argument::kUndeclared
             : static_cast<std::uint16_t>(index);
}

Action to_action(const pugi::xml_node& node, const std::vector<StateVariable>& variables) {
  Action action{.name = text(child(node, "name"))};
  for (const pugi::xml_node& argument : child(node, "argumentList")) {
    if (local_name(argument) != "argument") continue;  // comments
    const bool is_input = text(child(argument, "direction")) == "in";
    action.arguments.push_back(
        {.name = text(child(argument, "name")),
         .direction = is_input ? Argument::Direction::in : Argument::Direction::out,
         .variable = index_of(text(child(argument, "relatedStateVariable")), variables)});
  }
  action.arguments.shrink_to_fit();
  return action;
}

template <typename Integer>
std::optional<Reply> integer(std::string_view text) {
  const auto value = parse_integer<Integer>(text);
  return value ? std::optional<Reply>(*value) : std::nullopt;
}

}  // namespace

ValueType StateVariable::type() const {
  const auto* found = std::ranges::find_if(
      kTypes, [this](const auto& row) { return equal_ignoring_case(row.name, data_type); });
  return found == std::end(kTypes) ? ValueType::text : found->type;
}

const Argument* Action::find(std::string_view argument, Argument::Direction direction) const {
  for (const Argument& each : arguments)
    if (each.direction == direction && each.name == argument) return &each;
  return nullptr;
}

const Action* Scpd::find(std::string_view action) const {
  const auto found = std::ranges::find(actions, action, &Action::name);
  return found == actions.end() ? nullptr : &*found;
}

const StateVariable* Scpd::variable_of(const Argument& argument) const {
  return argument.variable < variables.size() ? &variables[argument.variable] : nullptr;
}

Scpd parse_scpd(std::string_view body) {
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node root = document.document_element();
  if (local_name(root) != "scpd")
    throw Error(ErrorKind::protocol, "the answer is XML but not the description of a service");
  Scpd scpd;
  for (const pugi::xml_node& node : child(root, "serviceStateTable"))
    if (local_name(node) == "stateVariable") scpd.variables.push_back(to_variable(node));
  for (const pugi::xml_node& node : child(root, "actionList"))
    if (local_name(node) == "action") scpd.actions.push_back(to_action(node, scpd.variables));
  scpd.variables.shrink_to_fit();
  scpd.actions.shrink_to_fit();
  return scpd;
}

Reply typed(const std::string& text, ValueType type) {
  switch (type) {
    case ValueType::boolean:
      if (text == "0" || text == "1") return text == "1";
      return text;
    case ValueType::integer:
      if (auto natural = integer<std::uint64_t>(text)) return *natural;
      if (auto negative = integer<std::int64_t>(text)) return *negative;
      return text;
    case ValueType::uuid:
      return text.substr(text.rfind(':') + 1);  // npos + 1 is 0: no colon, all of it
    case ValueType::date_time:
    case ValueType::text:
      return text;
  }
  return text;
}

void give_types(SoapAnswer& answer, const Scpd& scpd, const Action& action) {
  for (auto& [name, value] : answer.arguments) {
    const Argument* argument = action.find(name, Argument::Direction::out);
    const StateVariable* variable = argument == nullptr ? nullptr : scpd.variable_of(*argument);
    if (variable == nullptr || variable->type() == ValueType::text || !value.is_string()) continue;
    value = typed(std::string(trim(value.get_ref<const std::string&>())), variable->type());
  }
}

}  // namespace boxmeter::fritzbox
