#pragma once
#include "sim/box.h"

namespace boxmeter::sim {

/// A box that speaks Freebox OS: /api_version, sessions, recorded GETs.  Throws Error{config}.
BoxMaker prepare_freebox(const Recording& recording);

}  // namespace boxmeter::sim
