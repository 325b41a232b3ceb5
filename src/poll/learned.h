#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "device/device.h"
#include "metric/extract.h"
#include "metric/query.h"
#include "poll/capability.h"
#include "poll/metric_inventory.h"

// What polling found out about one box, kept over our own restarts.
namespace boxmeter {

/// One moment on both clocks: files have wall-clock times, polling counts on the steady clock.
struct ClockPair {
  Clock::time_point steady = {};
  WallClock::time_point wall = {};
  static ClockPair now() { return {Clock::now(), WallClock::now()}; }
};

struct Learned {
  Incarnation incarnation = {};                        // of which all this is
  std::map<std::string, Capability> unsupported = {};  // by describe(request)
  std::map<std::string, Choices> choices = {};         // by choices_key(query)
  MetricInventory::Contents given = {};                // has a firmware of its own
};

/// The name of a query, with a hash of what its rules choose from: choices hold only for equal
/// rules.
std::string choices_key(const Query& query);

/// Whether both are of the same firmware since the same boot.  Boot times may differ by five
/// minutes, since clocks are set and drift.
bool is_same(const Incarnation& a, const Incarnation& b);

/// As JSON, and back.  Pure. from_text() throws Error{protocol} for a text that is damaged or of
/// another version of ours; whatever it says, every request is asked again within an hour.
std::string to_text(const Learned& learned, const ClockPair& now);
Learned from_text(std::string_view text, const ClockPair& now);

/// The file of one box: DeviceConfig.learned.  If it is missing, damaged or cannot be written,
/// everything is learned anew, and the log says so; never throws Error.  One thread at a time.
class LearnedFile {
 public:
  LearnedFile(std::string device, std::filesystem::path file)
      : device_(std::move(device)), file_(std::move(file)) {}

  Learned load(const ClockPair& now) const;
  void save(const Learned& learned, const ClockPair& now);

 private:
  std::string device_;
  std::filesystem::path file_;  // empty: nothing is kept
};

}  // namespace boxmeter
