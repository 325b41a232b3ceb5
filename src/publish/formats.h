#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metric/model.h"
#include "metric/turn.h"

// The formats in which snapshots are pushed (docs/telegraf.md).  Pure, any thread.
namespace boxmeter {

/// How objects are joined to a body.
struct Framing {
  bool batches = true;  // a body may hold several objects; false: one each
  std::string_view before = {}, between = {}, after = {};
};

/// What a sink and a device add to each object.
struct Naming {
  std::string measurement = "prometheus";
  Labels device_labels = {};  // the extra labels of the device
  bool integers = false;      // write integers, in formats that have them beside floats
};

/// How a turn of a device went.  Pushed too, since a box that is down gives no other object.
struct TurnReport {
  std::string device = {};
  std::string kind = {};  // of the device
  WallClock::time_point ended = {};
  bool up = false;
  std::string reason = "none";  // the name of an ErrorKind if it is not up
  std::chrono::duration<double> took{};
};

/// One push format, a row of the table.
struct PushFormat {
  std::string_view name;  // for `format:`
  std::string_view content_type;
  std::size_t max_body;  // the default, in bytes; 0: no limit
  Framing framing;
  bool measures = true;  // it has a measurement and tags; false: only the reply
  bool types = false;    // it has integers beside floats
  /// The objects of one snapshot; none if it failed or is empty.
  std::vector<std::string> (*objects)(const Snapshot& snapshot, const Naming& naming);
  /// The object for a turn; null: the format has none.
  std::string (*turn)(const TurnReport& report, const Naming& naming) = nullptr;
};

/// Static data: whoever refers to a row may keep the reference.
std::span<const PushFormat> push_formats();
/// The row of that name, which must be in the table.
const PushFormat& push_format(std::string_view name = "json");

/// Joins objects to a body.
std::string framed(const Framing& framing, std::span<const std::string_view> objects);

/// The reply itself, without envelope and tags, as pyfbx sends it.  Nothing for [], {} and null.
std::vector<std::string> raw_objects(const Snapshot& snapshot, const Naming& naming);

/// Both json_objects() and influx_objects() give what Telegraf's inputs.prometheus with
/// metric_version 2 makes of the same series on /metrics, so that scraped and pushed data can share
/// a database: one object per set of labels, a tag per label that is not empty, a field per metric,
/// named after it; states are 0 or 1, infos 1.  Objects and fields are in the order of the query;
/// values that are not finite are left out. Telegraf's JSON metric format, times in milliseconds;
/// its parser reads all numbers as floats.
std::vector<std::string> json_objects(const Snapshot& snapshot, const Naming& naming);
/// InfluxDB line protocol, times in nanoseconds, its default.  All numbers are floats, since a
/// field must not change its type when a value happens to be whole.  With `integers` counters,
/// states and infos are integers always: decimals of a counter are cut off.
std::vector<std::string> influx_objects(const Snapshot& snapshot, const Naming& naming);

/// The fields box_up, boxmeter_turn_duration_seconds and, as text, box_up_reason, such as
/// "timeout"; "none" while the box is up, so that the newest value is always true.  The tags are
/// those of box_up on /metrics.
std::string json_turn(const TurnReport& report, const Naming& naming);
std::string influx_turn(const TurnReport& report, const Naming& naming);

}  // namespace boxmeter
