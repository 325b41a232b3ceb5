#include "sim/aha.h"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "base/text.h"

namespace boxmeter::sim {
namespace {

struct ValueCommand {
  std::string_view command;
  const char* part;  // of the device; null: the device itself
  const char* value;
};

constexpr ValueCommand kValues[] = {
    {"getswitchstate", "switch", "state"},
    {"getswitchpresent", nullptr, "present"},
    {"getswitchname", nullptr, "name"},
    {"getswitchpower", "powermeter", "power"},
    {"getswitchenergy", "powermeter", "energy"},
    {"gettemperature", "temperature", "celsius"},
    {"gethkrtsoll", "hkr", "tsoll"},
    {"gethkrkomfort", "hkr", "komfort"},
    {"gethkrabsenk", "hkr", "absenk"},
};

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string written(const pugi::xml_node& node) {
  std::ostringstream text;
  node.print(text, "", pugi::format_raw);
  return text.str() + "\n";
}

pugi::xml_node find_device(const pugi::xml_document& list, const std::string& ain) {
  for (const pugi::xml_node& device : list.document_element().children())
    if (without_blanks(device.attribute("identifier").value()) == without_blanks(ain))
      return device;
  return {};
}

std::string switch_list(const pugi::xml_document& list) {
  std::string ains;
  for (const pugi::xml_node& device : list.document_element().children())
    if (device.child("switch"))
      ains += (ains.empty() ? "" : ",") + without_blanks(device.attribute("identifier").value());
  return ains + "\n";
}

}  // namespace

std::optional<std::string> answer_from_list(const std::string& device_list,
                                            std::string_view command, const std::string& ain) {
  pugi::xml_document list;
  if (!list.load_string(device_list.c_str())) return std::nullopt;
  if (command == "getswitchlist") return switch_list(list);
  const pugi::xml_node device = find_device(list, ain);
  if (!device) return std::nullopt;
  if (command == "getdeviceinfos") return written(device);
  const auto* found = std::ranges::find(kValues, command, &ValueCommand::command);
  if (found == std::end(kValues)) return std::nullopt;
  const pugi::xml_node part = found->part == nullptr ? device : device.child(found->part);
  const std::string value(trim(part.child_value(found->value)));
  return (value.empty() ? "inval" : value) + "\n";
}

std::optional<std::string> changed_list(const std::string& device_list, std::string_view command,
                                        const std::string& ain, const std::string& param) {
  pugi::xml_document list;
  if (!list.load_string(device_list.c_str())) return std::nullopt;
  const bool is_thermostat = command == "sethkrtsoll";
  const pugi::xml_node device = find_device(list, ain);
  const pugi::xml_node value =
      is_thermostat ? device.child("hkr").child("tsoll") : device.child("switch").child("state");
  if (!value) return std::nullopt;
  std::string now;
  if (is_thermostat) now = param;
  if (command == "setswitchon") now = "1";
  if (command == "setswitchoff") now = "0";
  if (command == "setswitchtoggle") now = std::string_view(value.child_value()) == "1" ? "0" : "1";
  if (now.empty()) return std::nullopt;
  value.text().set(now.c_str());
  return written(list);
}

}  // namespace boxmeter::sim
