#pragma once
#include <string>

#include "device/kinds.h"

// Checks requests to a Fritz!Box, over any of its interfaces, before they are made.  Pure, any
// thread.
namespace boxmeter::fritzbox {

/// The verbs that a pack may use.
inline constexpr Verb kVerbs[] = {{"tr064"}, {"list"}, {"aha"},        {"http"},
                                  {"lua"},   {"rest"}, {"callmonitor"}};

/// This brand's DeviceKind::check.  Throws Error{config} that says what is allowed.
void check(const Request& request);

/// This brand's SetupKind::service: "TR-064 Hosts", without the number after the name.
std::string service_of(const Request& request);

/// This brand's DeviceKind::change: "Service.Action", or "" for a request that only reads.
std::string change(const Request& request);

}  // namespace boxmeter::fritzbox
