#include "app/fritz/fritz.h"

#include "app/fritz/inspect.h"
#include "app/fritz/subcommand.h"

namespace boxmeter::fritz {
namespace {

constexpr Command kCommands[] = {
    {"call", "call an action of the box", &prepare_call},
    {"http", "send a command to smart home devices (AHA-HTTP)", &prepare_http},
    {"status", "show the connection to the internet", &prepare_status},
    {"hosts", "list the hosts that the box knows", &prepare_hosts},
    {"wlan", "list radios and their stations", &prepare_wlan},
    {"homeauto", "list smart home devices, switch one", &prepare_homeauto},
    {"calls", "list the latest calls, dial a number", &prepare_calls},
    {"phonebook", "list or search the phone books", &prepare_phonebook},
    {"monitor", "print calls as they happen, until Ctrl-C", &prepare_monitor},
    {"wol", "wake a host", &prepare_wol},
};

struct FritzOptions {
  BoxOptions box = {};
  Inspection inspection = {};
};

}  // namespace

Prepared prepare(const Program&) {
  auto wanted = std::make_shared<FritzOptions>();
  return {
      .syntax = {.about = "Explores a Fritz!Box.",
                 .options = with_box_options(inspection_options(wanted->inspection), wanted->box)},
      .run = [wanted](const Words&) { return inspect(wanted->box, wanted->inspection); },
      .commands = kCommands};
}

}  // namespace boxmeter::fritz
