#pragma once
#include <string>
#include <vector>

#include "device/fritzbox/tr064/scpd.h"

// What is sent to an action, held against its description.  Pure, any thread.
namespace boxmeter::fritzbox {

struct CheckedArguments {
  Arguments arguments = {};              // in the order of the action, booleans as 1 and 0
  std::vector<std::string> doubts = {};  // a sentence per value outside of what is declared
};

/// A value of another range or beside the allowed ones is a doubt only: boxes take, and send, more
/// than they declare.  Throws Error{config} with the way out: an unknown argument, a missing one, a
/// value of another type.
CheckedArguments checked(const Arguments& arguments, const Scpd& scpd, const Action& action);

/// "this box has no action 'GetInf' in 'DeviceInfo1' (did you mean 'GetInfo'?)"
std::string unknown_action(const std::string& action, const std::string& service, const Scpd& scpd);

}  // namespace boxmeter::fritzbox
