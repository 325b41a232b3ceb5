#pragma once
#include <string>

#include "device/kinds.h"

// What a configuration may ask of a Fritz!Box, over any of its interfaces.  Pure, any thread.
namespace boxmeter::fritzbox {

/// What a pack may ask a Fritz!Box with.
inline constexpr Verb kVerbs[] = {{"tr064"}, {"list"}, {"aha"},        {"http"},
                                  {"lua"},   {"rest"}, {"callmonitor"}};

/// DeviceKind::check of this brand: throws Error{config} that says what would do.
void check(const Request& request);

/// SetupKind::service of this brand: "TR-064 Hosts", whatever the number behind it.
std::string service_of(const Request& request);

/// DeviceKind::change of this brand: what the request would change, "" when it only reads.
std::string change(const Request& request);

}  // namespace boxmeter::fritzbox
