#include "device/fritzbox/scpd.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/text.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

/// Date, time and uuid stay text: what they mean differs by firmware.
ValueType value_type(const std::string& data_type) {
  if (data_type == "boolean") return ValueType::boolean;
  if (data_type == "int" || data_type == "integer") return ValueType::integer;
  const bool integer = data_type.size() == 2 && (data_type[0] == 'i');
  const bool natural = data_type.size() == 3 && data_type.starts_with("ui");
  return integer || natural ? ValueType::integer : ValueType::text;
}

std::map<std::string, ValueType> state_variables(const pugi::xml_node& table) {
  std::map<std::string, ValueType> types;
  for (const pugi::xml_node& node : table)
    if (local_name(node) == "stateVariable")
      types[text(child(node, "name"))] = value_type(lower(text(child(node, "dataType"))));
  return types;
}

Action to_action(const pugi::xml_node& node, const std::map<std::string, ValueType>& types) {
  Action action{.name = text(child(node, "name"))};
  for (const pugi::xml_node& argument : child(node, "argumentList")) {
    if (local_name(argument) != "argument") continue;
    std::string name = text(child(argument, "name"));
    if (text(child(argument, "direction")) == "in") {
      action.inputs.push_back(std::move(name));
      continue;
    }
    const auto type = types.find(text(child(argument, "relatedStateVariable")));
    if (type != types.end() && type->second != ValueType::text)  // the others need no memory
      action.outputs.emplace_back(std::move(name), type->second);
  }
  action.inputs.shrink_to_fit();
  action.outputs.shrink_to_fit();
  return action;
}

template <typename Integer>
std::optional<Reply> integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Reply(value);
}

}  // namespace

ValueType Action::type_of(std::string_view output) const {
  for (const auto& [name_of_output, type] : outputs)
    if (name_of_output == output) return type;
  return ValueType::text;
}

const Action* Scpd::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(actions, name, {}, &Action::name);
  return found != actions.end() && found->name == name ? &*found : nullptr;
}

Scpd parse_scpd(std::string_view body) {
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node root = document.document_element();
  if (local_name(root) != "scpd")
    throw Error(ErrorKind::protocol, "the answer is XML but not the description of a service");
  const auto types = state_variables(child(root, "serviceStateTable"));
  Scpd scpd;
  for (const pugi::xml_node& node : child(root, "actionList"))
    if (local_name(node) == "action") scpd.actions.push_back(to_action(node, types));
  std::ranges::sort(scpd.actions, {}, &Action::name);
  scpd.actions.shrink_to_fit();
  return scpd;
}

Reply typed(const std::string& text, ValueType type) {
  if (type == ValueType::boolean && (text == "0" || text == "1")) return text == "1";
  if (type != ValueType::integer) return text;
  if (auto natural = integer<std::uint64_t>(text)) return *natural;
  if (auto negative = integer<std::int64_t>(text)) return *negative;
  return text;
}

void give_types(Answer& answer, const Action& action) {
  for (auto& [name, value] : answer.arguments)
    if (value.is_string()) value = typed(value.get_ref<const std::string&>(), action.type_of(name));
}

Arguments in_order(Arguments arguments, const Action& action) {
  const auto place = [&action](const auto& argument) {
    return std::ranges::find(action.inputs, argument.first) - action.inputs.begin();
  };
  std::ranges::stable_sort(arguments, {}, place);
  return arguments;
}

}  // namespace boxmeter::fritzbox
