#pragma once
#include "device/kinds.h"

namespace boxmeter::fritzbox {

/// AVM Fritz!Boxes over TR-064, and the IGD part that needs no login.
extern const DeviceKind kKind;

}  // namespace boxmeter::fritzbox
