#pragma once
#include "device/kinds.h"

namespace boxmeter::fritzbox {

/// AVM Fritz!Boxes over TR-064, and the IGD part that needs no login.
extern const DeviceKind kKind;

/// The packs of config/queries whose `kind` is this brand's; the build makes a source file of them.
std::span<const PackText> packs();

}  // namespace boxmeter::fritzbox
