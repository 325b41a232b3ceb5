#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "publish/history.h"
#include "publish/store.h"

namespace boxmeter {

/// A value per direction: down is towards the box.
struct BothWays {
  std::optional<double> down = {}, up = {};
};

enum class Grade { good, weak, bad };

/// The quality of a DSL, fibre, cable or mobile line, in words and numbers.
struct LineHealth {
  Grade grade = Grade::good;
  std::string words = {};    // "DSL is good"
  std::string numbers = {};  // "108 / 36.4 Mbit/s, margin 9 / 8 dB"
  friend bool operator==(const LineHealth&, const LineHealth&) = default;
};

/// The values of the common metrics (box_*) of a box of any kind; unset if the box does not give
/// them.
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

/// From the series of a device.  Pure, any thread.
BoxReadings read_box(const DeviceView& device, const std::vector<FamilyPtr>& families);
/// One entry per line that the box has and uses.  The thresholds are those of the shipped alerts.
/// Pure.
std::vector<LineHealth> line_health(const BoxReadings& box);

/// Whether it is above 90 °C.  Pure.
bool is_hot(const BoxReadings& box);

/// waiting: not asked yet; on_demand: the same, of a box that only probes ask.
enum class BoxState { waiting, up, down, on_demand };

/// The content of a box's card on the overview page.
struct BoxFacts {
  std::string name = {}, kind = {}, page = {};
  BoxState state = BoxState::waiting;
  bool polled = true;  // false: only probes ask it
  std::optional<Failure> failure = {};
  std::optional<WallClock::time_point> failed = {}, last_success = {}, next = {};
  std::size_t series = 0, queries = 0;
  BoxReadings readings = {};
  std::vector<LineHealth> lines = {};
  std::vector<History::Rates> hour = {};
  std::optional<History::Volume> today = {};
  std::uint64_t changed = 0;       // see DeviceView
  Clock::time_point expired = {};  // see DeviceView
  /// Queries that fail for the same cause.
  struct Queries {
    std::string cause = {};  // the part of the message that they have in common
    ErrorKind kind = ErrorKind::internal;
    std::vector<std::pair<std::string, std::string>> messages = {};  // by the query's name
  };
  /// Queries that fail, and queries that this user may not make.
  std::vector<Queries> failing = {}, denied = {};
};

/// `now` and `wall` are the same moment.  Pure, any thread.
BoxFacts facts_of(const DeviceView& device, const std::vector<FamilyPtr>& families,
                  Clock::time_point now, WallClock::time_point wall);

}  // namespace boxmeter
