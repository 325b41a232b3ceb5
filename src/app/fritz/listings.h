#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "device/fritzbox/tr064/catalog.h"
#include "device/fritzbox/tr064/scpd.h"

// The output of fritzconnection's command line for services and actions, byte for byte.  Pure.
namespace boxmeter::fritz {

/// "FRITZ!Box 7590 at http://192.0.2.1:49000" and its FRITZ!OS.
std::string headline(const fritzbox::Catalog& catalog, const std::string& url);

/// For -s: all services.
std::string services_listing(const fritzbox::Catalog& catalog);

/// For -S: the actions of a service; for -a, `arguments`, with their arguments.
std::string actions_listing(const std::string& service, const fritzbox::Scpd& scpd, bool arguments);

/// For -A: the arguments of an action with direction and type.
std::string arguments_listing(const std::string& service, const fritzbox::Scpd& scpd,
                              const fritzbox::Action& action);

/// For -c: its first lines.  `date` is printed as it is.
std::string system_listing(const fritzbox::SystemVersion& version, const std::string& date);

}  // namespace boxmeter::fritz
