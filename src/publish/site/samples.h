#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "publish/store.h"

namespace boxmeter {

/// A line of /metrics, read back: what people are shown is what a scrape would find.
struct Sample {
  const Family* family = nullptr;  // of the sights that it was read from
  std::string_view query = {};     // of the sight
  Labels labels = {};              // without the device's own
  double value = 0;
};

/// All of the device whose metric `wants` accepts, by query and as its lines are ordered.  Cheap
/// where few are wanted: the lines of the others are not looked at.  Pure, any thread, throws
/// nothing of ours.
std::vector<Sample> samples_of(const DeviceSight& device, const std::vector<FamilyPtr>& families,
                               const std::function<bool(std::string_view name)>& wants);

/// Of `labels`; empty when it is not there.
std::string_view label(const Labels& labels, std::string_view name);

}  // namespace boxmeter
