#pragma once
#include <string>
#include <vector>

namespace boxmeter {

struct OwnMetric {
  std::string name = {};
  std::string type = {};  // as in a TYPE line
  std::string help = {};
  std::vector<std::string> labels = {};
};

/// What the page says of boxmeter itself: build, configuration, HTTP, push, process.  Any thread.
std::vector<OwnMetric> own_metrics();

}  // namespace boxmeter
