#pragma once
#include "config/config.h"

namespace boxmeter {

/// Sends the log to stderr in the wanted format.  Before any thread exists.
void set_up_log(const LogOptions& options);

}  // namespace boxmeter
