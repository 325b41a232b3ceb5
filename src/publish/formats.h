#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metric/model.h"

// How snapshots are written for a listener (design.md section 7).  Pure, any thread.
namespace boxmeter {

enum class PushFormat { raw, json };

/// One row per format: what it makes of a snapshot, and how objects become a body.
struct PushFormatRow {
  PushFormat format;
  std::string_view name;  // as `format:` has it
  std::string_view content_type;
  std::size_t max_body;  // the default, in bytes; 0: no limit of ours
  bool batches;          // several objects share a body: "[" object "," object "]"
  /// The objects of one snapshot; none when it failed or says nothing.  `device_labels` are the
  /// extra labels of its device.
  std::vector<std::string> (*objects)(const Snapshot& snapshot, const Labels& device_labels);
};

std::span<const PushFormatRow> push_formats();
const PushFormatRow& push_format(PushFormat format);

/// The reply itself, as pyfbx sends it: no envelope, no tags.  Nothing for [], {} and null.
std::vector<std::string> raw_objects(const Snapshot& snapshot, const Labels& device_labels);

/// Telegraf's own metric objects: one per row, that is per set of equal labels, with a field per
/// metric.  Rows and fields keep the order of the query.
std::vector<std::string> json_objects(const Snapshot& snapshot, const Labels& device_labels);

}  // namespace boxmeter
