#pragma once
#include <string>
#include <vector>

#include "device/fritzbox/tr064/scpd.h"

// Checks the arguments for an action against its SCPD.  Pure, any thread.
namespace boxmeter::fritzbox {

struct CheckedArguments {
  Arguments arguments = {};              // in the order of the action, booleans as 1 and 0
  std::vector<std::string> doubts = {};  // one sentence per value that the SCPD does not allow
};

/// Throws Error{config} with the way out for an unknown argument, a missing one, or a value of
/// another type.  A value outside the declared range or list gives a warning only: boxes accept,
/// and send, more than they declare.
CheckedArguments checked(const Arguments& arguments, const Scpd& scpd, const Action& action);

/// "this box has no action 'GetInf' in 'DeviceInfo1' (did you mean 'GetInfo'?)"
std::string unknown_action(const std::string& action, const std::string& service, const Scpd& scpd);

}  // namespace boxmeter::fritzbox
