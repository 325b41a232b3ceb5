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

std::string written(const Argument& argument, const std::string& variable) {
  return "<argument>" + xml_element("name", argument.name) +
         xml_element("direction", argument.in ? "in" : "out") +
         xml_element("relatedStateVariable", variable) + "</argument>\n";
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
    text += "<action>" + xml_element("name", action.name) + "<argumentList>\n";
    for (const Argument& argument : action.arguments) {
      // One variable per argument, since two actions may have arguments of one name and different
      // types.
      const std::string variable = "A_" + action.name + "_" + argument.name;
      text += written(argument, variable);
      variables += "<stateVariable sendEvents=\"no\">" + xml_element("name", variable) +
                   xml_element("dataType", argument.type) + "</stateVariable>\n";
    }
    text += "</argumentList></action>\n";
  }
  return text + "</actionList>\n<serviceStateTable>\n" + variables +
         "</serviceStateTable>\n</scpd>\n";
}

std::string with_service(std::string description, const Service& service) {
  const std::string entry = "<service>\n" + xml_element("serviceType", service.type) + "\n" +
                            xml_element("serviceId", "urn:boxmeter-sim:serviceId:" + service.name) +
                            "\n" + xml_element("controlURL", service.control_url) + "\n" +
                            xml_element("eventSubURL", service.control_url) + "\n" +
                            xml_element("SCPDURL", service.scpd_url) + "\n</service>\n";
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
         xml_element("j:Name", device.child_value("modelName")) +
         xml_element("j:HW", root.child("systemVersion").child_value("HW")) +
         xml_element("j:Version", root.child("systemVersion").child_value("Display")) +
         xml_element("j:Serial", serial.empty() ? "00005E005301" : serial) +
         xml_element("j:OEM", "avm") + xml_element("j:Lang", "de") +
         xml_element("j:Flag", "mesh_master") + "</j:BoxInfo>\n";
}

}  // namespace boxmeter::sim
