#pragma once
#include <string>
#include <vector>

namespace boxmeter {

/// For the catalogue: a family of ours and the names of its labels.
struct OwnMetric {
  std::string name = {};
  std::string type = {};  // as in a TYPE line
  std::string help = {};
  std::vector<std::string> labels = {};
};

/// What the page says of boxmeter itself: build, configuration, HTTP, push, process; sorted by
/// name.  Any thread, throws nothing of ours.
std::vector<OwnMetric> own_metrics();

}  // namespace boxmeter
