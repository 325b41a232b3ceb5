#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metric/model.h"

// How snapshots are written for a listener (design.md section 7).  Pure, any thread.
namespace boxmeter {

/// How objects become a body, and therefore where a body may be split in two.
struct Framing {
  bool batches = true;  // several objects share a body; false: each is one by itself
  std::string_view before = {}, between = {}, after = {};
};

/// One row per format: what it makes of a snapshot, and how objects become a body.
struct PushFormat {
  std::string_view name;  // as `format:` has it
  std::string_view content_type;
  std::size_t max_body;  // the default, in bytes; 0: no limit of ours
  Framing framing;
  /// The objects of one snapshot; none when it failed or says nothing.  `device_labels` are the
  /// extra labels of its device.
  std::vector<std::string> (*objects)(const Snapshot& snapshot, const Labels& device_labels);
  std::string_view unavailable = {};  // why it cannot be used; empty: it can
};

/// Static data: whoever refers to a row may keep the reference.
std::span<const PushFormat> push_formats();
/// The row of a name that stands in the table; the default one is "json".
const PushFormat& push_format(std::string_view name = "json");

/// The parts of a body.  Pure.
std::string framed(const Framing& framing, std::span<const std::string_view> objects);

/// The reply itself, as pyfbx sends it: no envelope, no tags.  Nothing for [], {} and null.
std::vector<std::string> raw_objects(const Snapshot& snapshot, const Labels& device_labels);

/// Telegraf's own metric objects: one per row, that is per set of equal labels, with a field per
/// metric.  Rows and fields keep the order of the query.
std::vector<std::string> json_objects(const Snapshot& snapshot, const Labels& device_labels);

}  // namespace boxmeter
