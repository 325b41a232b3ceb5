#include "app/fritz/inspect.h"

#include <ctime>
#include <iostream>

#include "app/fritz/listings.h"
#include "app/terminal.h"
#include "base/text.h"
#include "http/peer_key.h"

namespace boxmeter::fritz {
namespace {

using fritzbox::Box;

std::shared_ptr<const fritzbox::Scpd> described(Box& box, const fritzbox::Service& service) {
  if (auto scpd = box.scpd(service)) return scpd;
  throw Error(ErrorKind::refused, "the box does not describe its service '" + service.name + "'",
              Refusal::unsupported);
}

std::string actions(Box& box, const std::string& name, bool arguments) {
  const fritzbox::CatalogPtr catalog = box.catalog();
  const fritzbox::Service& service = catalog->service(fritzbox::service_name(name));
  return actions_listing(service.name, *described(box, service), arguments);
}

std::string one_action(Box& box, const std::string& service_name, const std::string& name) {
  const fritzbox::CatalogPtr catalog = box.catalog();
  const fritzbox::Service& service = catalog->service(fritzbox::service_name(service_name));
  const auto scpd = described(box, service);
  if (const fritzbox::Action* action = scpd->find(name))
    return arguments_listing(service.name, *scpd, *action);
  std::vector<std::string> known;
  for (const fritzbox::Action& action : scpd->actions) known.push_back(action.name);
  throw Error(ErrorKind::refused,
              "'" + service.name + "' has no action '" + name + "'" + did_you_mean(name, known),
              Refusal::unsupported);
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&time, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)};
}

std::string everything(Box& box) {
  const fritzbox::CatalogPtr catalog = box.catalog();
  std::string text = system_listing(catalog->version(), now());
  for (const fritzbox::Service& service : catalog->services()) {
    if (service.name == "any1") continue;  // has no action but a placeholder
    text += "\n" + std::string(65, '=') + "\n";
    const auto scpd = box.scpd(service);
    if (!scpd)
      std::cerr << "notice: the box does not describe its service '" << service.name << "'\n";
    if (scpd)
      for (const fritzbox::Action& action : scpd->actions)
        text += arguments_listing(service.name, *scpd, action);
  }
  return text;
}

/// Tries the IGD service first, which needs no login; since FRITZ!OS 8.24 it refuses this (606).
void reconnect(Box& box) {
  constexpr const char* kAction = "ForceTermination";
  if (box.catalog()->find("WANIPConn1") != nullptr) try {
      box.act({.service = "WANIPConn1", .action = kAction}, {});
      return;
    } catch (const Error& error) {
      if (error.refusal() == Refusal::none) throw;
    }
  box.act({.service = std::string(fritzbox::kWanConnection), .action = kAction}, {});
}

std::string change(Box& box, const std::string& url, const Inspection& wanted) {
  const std::string name = box.catalog()->model() + " at " + url;
  if (wanted.reconnect) {
    confirm("disconnect " + name + " from the internet, for a new address", wanted.yes);
    reconnect(box);
    return "reconnect the router.\n";
  }
  confirm("restart " + name, wanted.yes);
  box.act({.service = "DeviceConfig1", .action = "Reboot"}, {});
  return "reboot the router.\n";
}

std::string answer(Box& box, const std::string& url, const Inspection& wanted) {
  if (wanted.services) return services_listing(*box.catalog());
  if (!wanted.actions_of.empty()) return actions(box, wanted.actions_of, false);
  if (!wanted.arguments_of.empty()) return actions(box, wanted.arguments_of, true);
  if (!wanted.one_action.empty())
    return one_action(box, wanted.one_action[0], wanted.one_action[1]);
  if (wanted.everything) return everything(box);
  return wanted.reconnect || wanted.reboot ? change(box, url, wanted) : "";
}

/// Prints the key of whatever answers at the address; it is not verified.
int show_pin(BoxOptions options) {
  options.encrypt = options.insecure = true;
  http::Stop stop;
  const DeviceConfig device = device_of(options);
  const std::string key = http::peer_key(device.url, device.timeout, stop);
  std::cout << "tls: {pin: \"" << key << "\"}\n";
  return 0;
}

}  // namespace

std::vector<Option> inspection_options(Inspection& inspection) {
  const auto flag = [](const char* name, char letter, bool& target, const char* help) {
    return Option{.name = name, .letter = letter, .target = &target, .help = help};
  };
  return {
      flag("services", 's', inspection.services, "List all services"),
      {.name = "serviceactions",
       .letter = 'S',
       .target = &inspection.actions_of,
       .help = "List the actions of a service",
       .value = "SERVICE"},
      {.name = "servicearguments",
       .letter = 'a',
       .target = &inspection.arguments_of,
       .help = "List the actions of a service with their arguments",
       .value = "SERVICE"},
      {.name = "actionarguments",
       .letter = 'A',
       .target = &inspection.one_action,
       .help = "List the arguments of an action with direction and type",
       .value = "SERVICE ACTION",
       .values = 2},
      flag("complete", 'c', inspection.everything, "List everything"),
      flag("show-pin", 0, inspection.pin,
           "Print the key that the box shows over TLS, for 'tls' in a configuration"),
      flag("reconnect", 'r', inspection.reconnect, "Reconnect to the internet"),
      flag("reboot", 'R', inspection.reboot, "Restart the box"),
      flag("yes", 0, inspection.yes, "Do not ask before the box is changed"),
  };
}

int inspect(const BoxOptions& options, const Inspection& wanted) {
  if (wanted.pin) return show_pin(options);
  return with_box(options, [&](Box& box, const std::string& url) {
    const std::string text = answer(box, url, wanted);
    std::cout << headline(*box.catalog(), url) << text << "\n";
    return 0;
  });
}

}  // namespace boxmeter::fritz
