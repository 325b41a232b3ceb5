#pragma once
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/fritz/box_options.h"

// The subcommands of `boxmeter fritz`, the rows of the table in fritz.cpp.  One thread.
namespace boxmeter::fritz {

Prepared prepare_call(const Program& program);       // call.cpp
Prepared prepare_http(const Program& program);       // smart_home.cpp
Prepared prepare_status(const Program& program);     // status.cpp
Prepared prepare_hosts(const Program& program);      // network.cpp
Prepared prepare_wlan(const Program& program);       // network.cpp
Prepared prepare_homeauto(const Program& program);   // smart_home.cpp
Prepared prepare_calls(const Program& program);      // phone.cpp
Prepared prepare_phonebook(const Program& program);  // phone.cpp
Prepared prepare_monitor(const Program& program);    // monitor.cpp
Prepared prepare_wol(const Program& program);        // network.cpp

/// The flags --json, and --yes of commands that can change the box.
inline Option json_flag(bool& target, const char* help = "Print JSON") {
  return {.name = "json", .target = &target, .help = help};
}
inline Option yes_flag(bool& target, const char* help) {
  return {.name = "yes", .target = &target, .help = help};
}

}  // namespace boxmeter::fritz
