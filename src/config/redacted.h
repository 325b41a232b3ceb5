#pragma once
#include <string>

#include "config/config.h"

namespace boxmeter {

/// The file of a configuration as YAML for people: with the defaults of what it does not say, and
/// `<secret>` where a secret stands.  `${NAME}` stays as it is written.  `with_lines`: behind each
/// value the line that it comes from, or that it is a default.  Any thread; throws nothing of ours.
std::string redacted_config(const Config& config, DeviceKinds kinds, bool with_lines);

}  // namespace boxmeter
