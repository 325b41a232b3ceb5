#pragma once
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/fritz/box_options.h"

// The words after `boxmeter fritz`, a row each in fritz.cpp's table.
namespace boxmeter::fritz {

Prepared prepare_call(const Program& program);
Prepared prepare_http(const Program& program);
Prepared prepare_status(const Program& program);
Prepared prepare_hosts(const Program& program);
Prepared prepare_wlan(const Program& program);
Prepared prepare_homeauto(const Program& program);
Prepared prepare_calls(const Program& program);
Prepared prepare_phonebook(const Program& program);
Prepared prepare_monitor(const Program& program);
Prepared prepare_wol(const Program& program);

/// The flag of what can be printed as JSON, and the one of what changes the box.
inline Option json_flag(bool& target, const char* help = "Print JSON") {
  return {.name = "json", .target = &target, .help = help};
}
inline Option yes_flag(bool& target, const char* help) {
  return {.name = "yes", .target = &target, .help = help};
}

}  // namespace boxmeter::fritz
