#include "sim/description.h"

#include <algorithm>
#include <map>
#include <pugixml.hpp>

#include "base/error.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

void load(pugi::xml_document& document, std::string_view xml) {
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed) throw Error(ErrorKind::config, std::string("not XML: ") + parsed.description());
}

void collect(const pugi::xml_node& device, std::vector<Service>& services) {
  for (const pugi::xml_node& node : device.child("serviceList").children("service")) {
    const std::string id = node.child_value("serviceId");
    services.push_back({.name = id.substr(id.rfind(':') + 1),
                        .type = node.child_value("serviceType"),
                        .control_url = node.child_value("controlURL"),
                        .scpd_url = node.child_value("SCPDURL")});
  }
  for (const pugi::xml_node& child : device.child("deviceList").children("device"))
    collect(child, services);
}

std::string tagged(std::string_view tag, std::string_view text) {
  const std::string name(tag);
  return "<" + name + ">" + xml_escaped(text) + "</" + name + ">";
}

std::string written(const Argument& argument, const std::string& variable) {
  return "<argument>" + tagged("name", argument.name) +
         tagged("direction", argument.in ? "in" : "out") +
         tagged("relatedStateVariable", variable) + "</argument>\n";
}

}  // namespace

std::vector<Service> read_services(std::string_view description) {
  pugi::xml_document document;
  load(document, description);
  std::vector<Service> services;
  collect(document.document_element().child("device"), services);
  return services;
}

std::vector<Action> read_actions(std::string_view scpd) {
  pugi::xml_document document;
  load(document, scpd);
  const pugi::xml_node root = document.document_element();
  std::map<std::string, pugi::xml_node> variables;
  for (const pugi::xml_node& variable : root.child("serviceStateTable").children("stateVariable"))
    variables[variable.child_value("name")] = variable;

  std::vector<Action> actions;
  for (const pugi::xml_node& node : root.child("actionList").children("action")) {
    Action action{.name = node.child_value("name")};
    for (const pugi::xml_node& item : node.child("argumentList").children("argument")) {
      Argument argument{.name = item.child_value("name"),
                        .in = std::string_view(item.child_value("direction")) == "in"};
      const auto variable = variables.find(item.child_value("relatedStateVariable"));
      if (variable != variables.end()) {
        argument.type = variable->second.child_value("dataType");
        for (const pugi::xml_node& value :
             variable->second.child("allowedValueList").children("allowedValue"))
          argument.allowed.emplace_back(value.text().get());
      }
      action.arguments.push_back(std::move(argument));
    }
    actions.push_back(std::move(action));
  }
  return actions;
}

std::string write_scpd(const std::vector<Action>& actions) {
  std::string text =
      "<?xml version=\"1.0\"?>\n<scpd xmlns=\"urn:dslforum-org:service-1-0\">\n"
      "<specVersion><major>1</major><minor>0</minor></specVersion>\n<actionList>\n";
  std::string variables;
  for (const Action& action : actions) {
    text += "<action>" + tagged("name", action.name) + "<argumentList>\n";
    for (const Argument& argument : action.arguments) {
      // One variable per argument, since two actions may have arguments of one name and different
      // types.
      const std::string variable = "A_" + action.name + "_" + argument.name;
      text += written(argument, variable);
      variables += "<stateVariable sendEvents=\"no\">" + tagged("name", variable) +
                   tagged("dataType", argument.type) + "</stateVariable>\n";
    }
    text += "</argumentList></action>\n";
  }
  return text + "</actionList>\n<serviceStateTable>\n" + variables +
         "</serviceStateTable>\n</scpd>\n";
}

std::string with_service(std::string description, const Service& service) {
  const std::string entry = "<service>\n" + tagged("serviceType", service.type) + "\n" +
                            tagged("serviceId", "urn:boxmeter-sim:serviceId:" + service.name) +
                            "\n" + tagged("controlURL", service.control_url) + "\n" +
                            tagged("eventSubURL", service.control_url) + "\n" +
                            tagged("SCPDURL", service.scpd_url) + "\n</service>\n";
  const auto at = description.find("</serviceList>");
  return at == std::string::npos ? description : description.insert(at, entry);
}

std::string boxinfo_of(std::string_view description) {
  pugi::xml_document document;
  load(document, description);
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node device = root.child("device");
  std::string serial = device.child_value("serialNumber");
  std::erase(serial, ':');
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
         "<j:BoxInfo xmlns:j=\"http://jason.avm.de/updatecheck/\">" +
         tagged("j:Name", device.child_value("modelName")) +
         tagged("j:HW", root.child("systemVersion").child_value("HW")) +
         tagged("j:Version", root.child("systemVersion").child_value("Display")) +
         tagged("j:Serial", serial.empty() ? "00005E005301" : serial) + tagged("j:OEM", "avm") +
         tagged("j:Lang", "de") + tagged("j:Flag", "mesh_master") + "</j:BoxInfo>\n";
}

}  // namespace boxmeter::sim
