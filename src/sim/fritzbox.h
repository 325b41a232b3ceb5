#pragma once
#include "sim/box.h"

namespace boxmeter::sim {

/// Boxes that speak TR-064 (with a digest login), IGD (without), and the web server.  Throws
/// Error{config}.
BoxMaker prepare_fritzbox(const Recording& recording);

}  // namespace boxmeter::sim
