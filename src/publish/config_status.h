#pragma once
#include <optional>
#include <string>

#include "metric/model.h"

namespace boxmeter {

/// What came of reading the configuration again.
struct Reloaded {
  bool successful = false;
  std::string text = {};  // what changed, or what is wrong with file:line:column: lines for people
};

/// The configuration in use, and the last attempt to read it again.
struct ConfigStatus {
  struct Attempt {
    WallClock::time_point when = {};
    Reloaded outcome = {};
  };
  std::string file = {};
  WallClock::time_point read = {};  // when what is in use was read
  std::optional<Attempt> last_reload = {};
};

/// The same as comments of YAML, a line each.  Pure.
std::string as_comments(const ConfigStatus& status);

}  // namespace boxmeter
