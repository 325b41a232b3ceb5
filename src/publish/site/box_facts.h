#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "publish/history.h"
#include "publish/store.h"

namespace boxmeter {

/// A property of a line towards the box and away from it.
struct BothWays {
  std::optional<double> down = {}, up = {};
};

enum class Grade { good, weak, bad };

/// How a DSL, fibre, cable or mobile line is: three words, and the numbers behind them.
struct LineHealth {
  Grade grade = Grade::good;
  std::string words = {};    // "DSL is good"
  std::string numbers = {};  // "108 / 36.4 Mbit/s, margin 9 / 8 dB"
  friend bool operator==(const LineHealth&, const LineHealth&) = default;
};

/// What the metrics of the common vocabulary say of a box, whatever its kind.  What a box does not
/// say is not set.
struct BoxReadings {
  std::string model = {}, firmware = {}, hottest = {};
  std::optional<double> uptime = {}, update_available = {};
  std::optional<double> wan_connected = {}, wan_uptime = {}, ipv6 = {};
  std::string wan_state = {}, access = {};
  BothWays rate = {}, capacity = {};  // bytes per second
  std::optional<double> temperature = {};
  std::optional<double> radios = {}, stations = {}, hosts = {}, hosts_active = {};
  std::optional<double> dsl_up = {}, fiber_up = {}, mobile_connected = {};
  BothWays dsl_rate = {}, dsl_margin = {}, dsl_attenuation = {}, dsl_crc = {};
  BothWays fiber_power = {}, cable_channels = {};
  std::optional<double> cable_worst_mer = {}, mobile_best_rsrp = {};
  std::optional<double> cable_down_low = {}, cable_down_high = {}, cable_up_high = {};
};

/// Pure.
BoxReadings read_box(const DeviceSight& device, const std::vector<FamilyPtr>& families);
/// Of the lines that the box has and uses.  Thresholds are those of the shipped alerts.  Pure.
std::vector<LineHealth> line_health(const BoxReadings& box);

/// So warm that a person should do something about it.
bool is_hot(const BoxReadings& box);

/// on_demand: only probes ask it, and none has yet.
enum class BoxState { waiting, up, down, on_demand };

/// All that a page says of a box at a glance.
struct BoxFacts {
  std::string name = {}, kind = {}, page = {};
  BoxState state = BoxState::waiting;
  bool polled = true;  // else probes alone ask it
  std::optional<Failure> failure = {};
  std::optional<WallClock::time_point> failed = {}, last_success = {}, next = {};
  std::size_t series = 0, queries = 0;
  BoxReadings readings = {};
  std::vector<LineHealth> lines = {};
  std::vector<History::Rates> hour = {};
  std::optional<History::Volume> today = {};
  std::uint64_t changed = 0;       // DeviceSight's
  Clock::time_point expired = {};  // DeviceSight's
  /// Queries that fare alike for one cause, with what the box said of each.
  struct Queries {
    std::string cause = {};  // what they have in common of it
    ErrorKind kind = ErrorKind::internal;
    std::vector<std::pair<std::string, std::string>> messages = {};  // by the query's name
  };
  /// That fail, and that the box refuses to this user.
  std::vector<Queries> failing = {}, denied = {};
};

/// Pure: time is an argument.
BoxFacts facts_of(const DeviceSight& device, const std::vector<FamilyPtr>& families,
                  Clock::time_point now, WallClock::time_point wall);

}  // namespace boxmeter
