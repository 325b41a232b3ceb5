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
#include "poll/given.h"

// What polling found out about one box, kept over our own restarts.
namespace boxmeter {

/// The same moment on both clocks: files know only the one that people read.
struct Moment {
  Clock::time_point steady = {};
  WallClock::time_point wall = {};
  static Moment now() { return {Clock::now(), WallClock::now()}; }
};

struct Learned {
  Incarnation incarnation = {};                        // of which all this is
  std::map<std::string, Capability> unsupported = {};  // by describe(request)
  std::map<std::string, Choices> choices = {};         // by choices_key(query)
  GivenMetrics::Known given = {};                      // has a firmware of its own
};

/// The name of a query, with a hash of what its rules choose from: other rules, other choices.
std::string choices_key(const Query& query);

/// Whether it is one and the same run of one firmware.  Clocks are set and drift: five minutes of
/// difference are none.
bool is_same(const Incarnation& a, const Incarnation& b);

/// As JSON, and back.  Pure.  from_text() throws Error{protocol} for a text that is damaged or of
/// another version of ours; whatever it says, nothing is left alone for more than an hour.
std::string to_text(const Learned& learned, const Moment& now);
Learned from_text(std::string_view text, const Moment& now);

/// The file of one box: DeviceConfig.learned.  A file that is missing, damaged or cannot be written
/// costs what it would have saved, and a line in the log; never an Error.  One thread at a time.
class LearnedFile {
 public:
  LearnedFile(std::string device, std::filesystem::path file)
      : device_(std::move(device)), file_(std::move(file)) {}

  Learned load(const Moment& now) const;
  void save(const Learned& learned, const Moment& now);

 private:
  std::string device_;
  std::filesystem::path file_;  // empty: nothing is kept
};

}  // namespace boxmeter
