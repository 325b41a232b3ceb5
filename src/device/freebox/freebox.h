#pragma once
#include <memory>

#include "device/kinds.h"

/// Free's Freeboxes (and Iliad's Iliadboxes), over the REST API that Freebox OS itself uses.
namespace boxmeter::freebox {

extern const DeviceKind kKind;

/// Requests are `get: path`, relative to the API's root: {get: connection/}.  Any thread.  Throws
/// Error{config} for any other verb and for a path that is not one of reading.
void check(const Request& request);

/// Never touches the network; warns once in the log where the box is asked over plain http.
/// Throws Error{config} when there is no app token or no app id.
std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop);

}  // namespace boxmeter::freebox
