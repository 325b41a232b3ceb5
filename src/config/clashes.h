#pragma once
#include <string>
#include <vector>

#include "poll/poller.h"
#include "yaml/section.h"

namespace boxmeter {

/// Throws Error{config} at a device's label that one of its metrics, or one of our own series of a
/// device, has too: a series cannot have a label twice.
void refuse_label_clashes(const Value& labels, const std::string& device,
                          const std::vector<QueryPtr>& queries);

/// Warns where two queries of one device may give the same series; once per pair and metric.
void warn_of_shared_series(const std::vector<Job>& jobs, std::vector<std::string>& warnings);

}  // namespace boxmeter
