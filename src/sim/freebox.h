#pragma once
#include "sim/box.h"

namespace boxmeter::sim {

/// Boxes that speak the Freebox API: /api_version, sessions, recorded GETs, some writes.  Throws
/// Error{config}.
BoxMaker prepare_freebox(const Recording& recording);

}  // namespace boxmeter::sim
