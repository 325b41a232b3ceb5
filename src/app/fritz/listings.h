#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "device/fritzbox/tr064/catalog.h"
#include "device/fritzbox/tr064/scpd.h"

// What a box can be asked, as fritzconnection's command line prints it, byte for byte.  Pure.
namespace boxmeter::fritz {

/// "FRITZ!Box 7590 at http://192.0.2.1:49000" and its FRITZ!OS.
std::string headline(const fritzbox::Catalog& catalog, const std::string& url);

/// -s
std::string services_listing(const fritzbox::Catalog& catalog);

/// -S, and with `arguments` -a
std::string actions_listing(const std::string& service, const fritzbox::Scpd& scpd, bool arguments);

/// -A
std::string arguments_listing(const std::string& service, const fritzbox::Scpd& scpd,
                              const fritzbox::Action& action);

/// The first lines of -c; `date` as it shall be shown.
std::string system_listing(const fritzbox::SystemVersion& version, const std::string& date);

}  // namespace boxmeter::fritz
