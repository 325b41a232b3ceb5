#pragma once
#include <string>
#include <vector>

namespace boxmeter {

/// One of boxmeter's own families, for METRICS.md.
struct OwnMetric {
  std::string name = {};
  std::string type = {};  // the word of a TYPE line
  std::string help = {};
  std::vector<std::string> labels = {};
};

/// All families that are in no pack, of the health of devices and of OwnSeries, sorted by name. Any
/// thread, never throws Error.
std::vector<OwnMetric> own_metrics();

}  // namespace boxmeter
