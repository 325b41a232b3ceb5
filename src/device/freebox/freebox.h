#pragma once
#include <memory>

#include "device/kinds.h"

/// Free's Freeboxes (and Iliad's Iliadboxes), over the REST API that Freebox OS itself uses.
namespace boxmeter::freebox {

extern const DeviceKind kKind;

/// Of this brand among config/queries; the build makes a source file of them.
std::span<const PackText> packs();

/// Requests are those of call_of() in request.h, and {session: permissions}.
/// Never touches the network; warns once in the log where the box is asked over plain http.
/// Throws Error{config} when there is no app token or no app id.
std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop);

}  // namespace boxmeter::freebox
