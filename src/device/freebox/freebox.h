#pragma once
#include <memory>

#include "device/kinds.h"

/// Free's Freeboxes (and Iliad's Iliadboxes), over the REST API that Freebox OS itself uses.
namespace boxmeter::freebox {

extern const DeviceKind kKind;

/// The packs of config/queries whose `kind` is this brand's; the build makes a source file of them.
std::span<const PackText> packs();

/// A device that takes the requests of call_of() in request.h, and {session: permissions}.
/// Never touches the network; logs a warning if the box is asked over plain http.
/// Throws Error{config} if there is no app token or no app id.
std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop);

}  // namespace boxmeter::freebox
