#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metric/model.h"
#include "metric/turn.h"

// How snapshots are written for a listener (design.md section 7).  Pure, any thread.
namespace boxmeter {

/// How objects become a body, and therefore where a body may be split in two.
struct Framing {
  bool batches = true;  // several objects share a body; false: each is one by itself
  std::string_view before = {}, between = {}, after = {};
};

/// What a sink and a device add to each object.
struct Naming {
  std::string measurement = "prometheus";
  Labels device_labels = {};  // the extra labels of the device
  bool integers = false;      // of formats that tell integers from floats
};

/// How a turn of a device went, as a sink tells it: a box that is down gives no other object.
struct TurnReport {
  std::string device = {};
  std::string kind = {};  // of the device
  WallClock::time_point ended = {};
  bool up = false;
  std::string reason = "none";  // an ErrorKind's name where it is not up
  std::chrono::duration<double> took{};
};

/// One row per format: what it makes of a snapshot, and how objects become a body.
struct PushFormat {
  std::string_view name;  // as `format:` has it
  std::string_view content_type;
  std::size_t max_body;  // the default, in bytes; 0: no limit of ours
  Framing framing;
  bool measures = true;  // it has a measurement and tags; false: the reply is all
  bool types = false;    // it tells integers from floats
  /// The objects of one snapshot; none when it failed or says nothing.
  std::vector<std::string> (*objects)(const Snapshot& snapshot, const Naming& naming);
  /// The one object that tells how a turn of a device went; null: the format has no word for it.
  std::string (*turn)(const TurnReport& report, const Naming& naming) = nullptr;
};

/// Static data: whoever refers to a row may keep the reference.
std::span<const PushFormat> push_formats();
/// The row of a name that stands in the table; the default one is "json".
const PushFormat& push_format(std::string_view name = "json");

/// The parts of a body.  Pure.
std::string framed(const Framing& framing, std::span<const std::string_view> objects);

/// The reply itself, as pyfbx sends it: no envelope, no tags.  Nothing for [], {} and null.
std::vector<std::string> raw_objects(const Snapshot& snapshot, const Naming& naming);

/// What Telegraf's inputs.prometheus with metric_version 2 makes of the same series on /metrics, so
/// that scrape and push can share a database: one object per set of equal labels, a tag per label
/// that is not empty, a field per metric under its whole name; states are 0 and 1, info rows 1.
/// Rows and fields keep the order of the query; what is not finite is left out.
/// As Telegraf's metric objects, in milliseconds; its parser makes floats of all numbers.
std::vector<std::string> json_objects(const Snapshot& snapshot, const Naming& naming);
/// As line protocol, in nanoseconds, which is what its readers take without being told.  All
/// numbers are floats: a field that is now whole and now is not would have two types.  With
/// `integers` counters, states and info rows are integers, which they are for good: what a counter
/// has behind the point is left off.
std::vector<std::string> influx_objects(const Snapshot& snapshot, const Naming& naming);

/// {"box_up":0,"box_up_reason":"timeout","boxmeter_turn_duration_seconds":5.001} with the tags that
/// box_up has on /metrics, and the reason, which is no metric there, as text: "none" while the box
/// is up, so that the newest value is true.
std::string json_turn(const TurnReport& report, const Naming& naming);
std::string influx_turn(const TurnReport& report, const Naming& naming);

}  // namespace boxmeter
