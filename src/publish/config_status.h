#pragma once
#include <optional>
#include <string>

#include "metric/model.h"

namespace boxmeter {

/// The outcome of one reload of the configuration.
struct Reloaded {
  bool successful = false;
  std::string text = {};  // lines for people: what changed, or mistakes with file:line:column
};

/// Which configuration is in use, and the last attempt to reload it.
struct ConfigStatus {
  struct Attempt {
    WallClock::time_point when = {};
    Reloaded outcome = {};
  };
  std::string file = {};
  WallClock::time_point read = {};  // when the configuration in use was read
  std::optional<Attempt> last_reload = {};
};

/// The same as lines of YAML comments.  Pure.
std::string as_comments(const ConfigStatus& status);

}  // namespace boxmeter
