#include "app/fritz/listings.h"

#include <set>

namespace boxmeter::fritz {
namespace {

using fritzbox::Action;
using fritzbox::Argument;
using fritzbox::Scpd;

constexpr std::size_t kIndent = 20;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string argument_line(const Scpd& scpd, const Argument& argument) {
  const bool is_input = argument.direction == Argument::Direction::in;
  const fritzbox::StateVariable* variable = scpd.variable_of(argument);
  return "    " + padded(argument.name, 38) + padded(is_input ? "-> in" : "   out ->", 14) +
         (variable == nullptr ? "" : variable->data_type) + "\n";
}

}  // namespace

std::string headline(const fritzbox::Catalog& catalog, const std::string& url) {
  const fritzbox::SystemVersion& version = catalog.version();
  const std::string patch = std::to_string(version.patch);
  return "\nboxmeter " BOXMETER_VERSION "\n" + catalog.model() + " at " + url + "\nFRITZ!OS: " +
         (version.display.empty()
              ? "unknown"
              : std::to_string(version.minor) + "." + (patch.size() < 2 ? "0" : "") + patch) +
         "\n\n";
}

std::string services_listing(const fritzbox::Catalog& catalog) {
  std::string text = "Servicenames:\n";
  for (const fritzbox::Service& service : catalog.services())
    text += std::string(kIndent, ' ') + service.name + "\n";
  return text;
}

std::string actions_listing(const std::string& service, const Scpd& scpd, bool arguments) {
  std::string text = "\n" + padded("Servicename:", kIndent) + service + "\nActionnames:\n";
  for (const Action& action : scpd.actions) {
    text += std::string(kIndent, ' ') + action.name + "\n";
    if (!arguments) continue;
    std::set<std::string> names;
    for (const Argument& argument : action.arguments) names.insert(argument.name);
    for (const std::string& name : names)
      text += std::string(kIndent + 4, ' ') + "- " + name + "\n";
    text += "\n";
  }
  return text;
}

std::string arguments_listing(const std::string& service, const Scpd& scpd, const Action& action) {
  std::string text = "\n" + padded("Service:", kIndent) + service + "\n" +
                     padded("Action:", kIndent) + action.name + "\nParameters:\n\n    " +
                     padded("Name", 38) + padded("direction", 14) + "data type\n\n";
  for (const Argument& argument : action.arguments) text += argument_line(scpd, argument);
  return text;
}

std::string system_listing(const fritzbox::SystemVersion& version, const std::string& date) {
  std::string text = "\n";
  if (!version.hardware.empty())
    text += "system : " + version.display + "\nbuild  : " + version.build +
            "\nhw-code: " + version.hardware + "\n";
  return text + "Report date: " + date + "\n";
}

}  // namespace boxmeter::fritz
