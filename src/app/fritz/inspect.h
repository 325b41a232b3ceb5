#pragma once
#include <string>
#include <vector>

#include "app/fritz/box_options.h"

namespace boxmeter::fritz {

/// What `boxmeter fritz` does without a subcommand: fritzconnection's own flags.  Of several flags
/// the first in this order takes effect.
struct Inspection {
  bool services = false;
  std::string actions_of = {};
  std::string arguments_of = {};
  std::vector<std::string> one_action = {};  // service and action
  bool everything = false;
  bool pin = false;
  bool reconnect = false;
  bool reboot = false;
  bool yes = false;
};

std::vector<Option> inspection_options(Inspection& inspection);

/// Returns the exit code.  Throws Error.
int inspect(const BoxOptions& options, const Inspection& wanted);

}  // namespace boxmeter::fritz
