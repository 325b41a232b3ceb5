#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "metric/number.h"

// What travels from a device to the sinks: values, immutable once made, shared as const.
namespace boxmeter {

using Clock = std::chrono::steady_clock;      // for waiting and for age
using WallClock = std::chrono::system_clock;  // for timestamps that people and sinks read

/// A reply of a device: JSON, whatever the protocol.
using Reply = nlohmann::json;

/// One question to a device in its brand's own words: {tr064: DeviceInfo1.GetInfo}.
struct Request {
  std::string verb = {};    // tr064, list, get, ...: the brand's table says which
  std::string target = {};  // "DeviceInfo1.GetInfo", "connection/"
  std::map<std::string, std::string> args = {};

  /// Walks an indexed action: the reply is an array of the single replies.
  struct Repeat {
    std::string index = {};  // the argument that counts up from 0
    int until = 0;           // the error code that ends the walk; 0: `count` says how many
    std::string count = {};  // "Service.Action/NewCount"
    unsigned limit = 256;    // most elements, even if `count` is larger
    friend bool operator==(const Repeat&, const Repeat&) = default;
  };
  std::optional<Repeat> repeat = {};
  std::size_t body_limit = 4U << 20;  // bytes, received and unpacked
  std::chrono::milliseconds keep{0};  // how long its reply is reused; 0: never

  friend bool operator==(const Request&, const Request&) = default;
};

/// "tr064:DeviceInfo1.GetInfo", with arguments in braces: the key under which a box's answer is
/// remembered, and what log lines and `call` show.
std::string describe(const Request& request);

enum class MetricType { gauge, counter, info, stateset };
std::string_view name(MetricType type) noexcept;

/// A metric as users see it; one per name in a whole configuration.
struct Family {
  std::string name = {};
  MetricType type = MetricType::gauge;
  std::string help = {};  // one line
  bool foreign = false;   // speaks another exporter's names; exempt from our naming rules
  friend bool operator==(const Family&, const Family&) = default;
};
using FamilyPtr = std::shared_ptr<const Family>;

/// Label name and value, in the order of the rule; values are valid UTF-8, not escaped.
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Point {
  Labels labels = {};  // without the device's own; a state set's has `state` last
  Number value = {};
};

/// All points of one metric from one reply.  No two points have equal labels.
struct Series {
  FamilyPtr family = {};
  std::vector<Point> points = {};
  std::vector<std::string> key = {};  // labels that tell the points apart; empty: all
};

/// A series of one point.
Series one_point(const FamilyPtr& family, Number value, Labels labels = {});

struct Failure {
  ErrorKind kind = ErrorKind::internal;
  std::string message = {};
};

/// Result of a query on one box.  supported: it answers.  unsupported: the box or its firmware
/// lacks it.  denied: the user has no right to it.  idle: it exists but is not running.  failing:
/// any other error.
enum class Support { supported, unsupported, denied, idle, failing };
std::string_view name(Support support) noexcept;
/// The box itself says that it has no data (unsupported, denied, idle): not counted as a failure,
/// and old samples are removed.
constexpr bool lacking(Support support) {
  return support != Support::supported && support != Support::failing;
}

/// The outcome of one query on one device.  Never changes once made.
struct Snapshot {
  std::string device = {};
  std::string query = {};
  Clock::time_point asked = {};         // start of the poll
  WallClock::time_point answered = {};  // when the outcome was known, also after a failure
  Clock::duration took = {};            // from `asked` to the outcome, reading the reply included
  Support support = Support::supported;
  std::optional<Failure> failure = {};  // set: no usable reply at all; `series` is empty
  /// If the box refused: it is not asked again before. max(): asked as usual.
  Clock::time_point ask_again = Clock::time_point::max();
  std::vector<Failure> problems = {};  // parts and rules that failed in an otherwise good reply
  std::vector<Series> series = {};
  Reply reply = {};  // for raw sinks; the store drops it
  /// Points left out, by reason: "limit", "duplicate", "state", "label", "key".
  std::map<std::string, std::uint64_t> dropped = {};
  std::uint64_t cut = 0;  // label values cut to kLongestLabel bytes
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace boxmeter
