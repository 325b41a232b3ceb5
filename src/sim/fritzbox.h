#pragma once
#include "sim/box.h"

namespace boxmeter::sim {

/// A box that speaks TR-064 with digest and IGD without.  Throws Error{config}.
BoxMaker prepare_fritzbox(const Recording& recording);

}  // namespace boxmeter::sim
