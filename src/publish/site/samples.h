#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "publish/store.h"

namespace boxmeter {

/// A line of /metrics, parsed, so that the pages show what a scrape would get.
struct Sample {
  const Family* family = nullptr;  // in the views that it was read from
  std::string_view query = {};     // in the view
  Labels labels = {};              // without the device's own
  double value = 0;
};

/// All samples of the metrics that `wants` accepts, in the order of /metrics.  Other lines are not
/// parsed.  Pure, any thread, never throws Error.
std::vector<Sample> samples_of(const DeviceView& device, const std::vector<FamilyPtr>& families,
                               const std::function<bool(std::string_view name)>& wants);

/// The value of a label; empty if there is none.
std::string_view label(const Labels& labels, std::string_view name);

}  // namespace boxmeter
