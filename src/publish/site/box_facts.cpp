#include "publish/site/box_facts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "publish/site/human.h"
#include "publish/site/samples.h"

namespace boxmeter {
namespace {

using Reading = std::optional<double>;

double larger(double a, double b) { return std::max(a, b); }
double smaller(double a, double b) { return std::min(a, b); }
double sum(double a, double b) { return a + b; }
double first(double a, double /*b*/) { return a; }

/// A metric of which one number is shown, computed from all its points by `fold`.
struct Single {
  std::string_view metric;
  Reading BoxReadings::*member;
  double (*fold)(double, double);
};
constexpr Single kSingles[] = {
    {"box_uptime_seconds", &BoxReadings::uptime, first},
    {"box_firmware_update_available", &BoxReadings::update_available, larger},
    {"box_wan_connected", &BoxReadings::wan_connected, larger},
    {"box_wan_uptime_seconds", &BoxReadings::wan_uptime, first},
    {"box_wan_ipv6_connected", &BoxReadings::ipv6, larger},
    {"box_wlan_up", &BoxReadings::radios, sum},
    {"box_wlan_stations", &BoxReadings::stations, sum},
    {"box_hosts", &BoxReadings::hosts, sum},
    {"box_hosts_active", &BoxReadings::hosts_active, sum},
    {"box_dsl_up", &BoxReadings::dsl_up, larger},
    {"box_fiber_up", &BoxReadings::fiber_up, larger},
    {"box_mobile_connected", &BoxReadings::mobile_connected, larger},
    {"box_mobile_rsrp_dbm", &BoxReadings::mobile_best_rsrp, larger},
    {"box_cable_channel_mer_decibels", &BoxReadings::cable_worst_mer, smaller},
};

/// A metric with a direction, which is in its label or in its name.
struct Pair {
  std::string_view metric;
  BothWays BoxReadings::*member;
  Reading BothWays::*way;  // null: the label `direction` says which
};
constexpr Pair kPairs[] = {
    {"box_wan_receive_rate_bytes_per_second", &BoxReadings::rate, &BothWays::down},
    {"box_wan_transmit_rate_bytes_per_second", &BoxReadings::rate, &BothWays::up},
    {"box_wan_receive_capacity_bytes_per_second", &BoxReadings::capacity, &BothWays::down},
    {"box_wan_transmit_capacity_bytes_per_second", &BoxReadings::capacity, &BothWays::up},
    {"box_dsl_rate_bytes_per_second", &BoxReadings::dsl_rate, nullptr},
    {"box_dsl_noise_margin_decibels", &BoxReadings::dsl_margin, nullptr},
    {"box_dsl_attenuation_decibels", &BoxReadings::dsl_attenuation, nullptr},
    {"box_dsl_crc_errors_total", &BoxReadings::dsl_crc, nullptr},
    {"box_fiber_power_dbm", &BoxReadings::fiber_power, nullptr},
    {"box_cable_channels", &BoxReadings::cable_channels, nullptr},
};

void fold_into(Reading& into, double value, double (*fold)(double, double)) {
  into = into ? fold(*into, value) : value;
}

bool is_down(const Sample& sample) { return label(sample.labels, "direction") != "up"; }

using Apply = void (*)(BoxReadings&, const Sample&);
/// Metrics of which labels are shown, or more than one number.
constexpr std::pair<std::string_view, Apply> kOthers[] = {
    {"box_info",
     [](BoxReadings& box, const Sample& sample) {
       box.model = label(sample.labels, "model");
       box.firmware = label(sample.labels, "firmware");
     }},
    {"box_wan_state",
     [](BoxReadings& box, const Sample& sample) {
       if (sample.value == 1) box.wan_state = label(sample.labels, "state");
     }},
    {"box_wan_access",
     [](BoxReadings& box, const Sample& sample) {
       if (sample.value == 1) box.access = label(sample.labels, "state");
     }},
    {"box_temperature_celsius",
     [](BoxReadings& box, const Sample& sample) {
       if (box.temperature && *box.temperature >= sample.value) return;
       box.temperature = sample.value;
       box.hottest = label(sample.labels, "sensor");
     }},
    {"box_cable_channel_power_dbmv",
     [](BoxReadings& box, const Sample& sample) {
       if (is_down(sample)) fold_into(box.cable_down_low, sample.value, smaller);
       fold_into(is_down(sample) ? box.cable_down_high : box.cable_up_high, sample.value, larger);
     }},
};

bool is_wanted(std::string_view metric) {
  const auto is_it = [&](const auto& row) { return row.metric == metric; };
  return std::ranges::any_of(kSingles, is_it) || std::ranges::any_of(kPairs, is_it) ||
         std::ranges::any_of(kOthers, [&](const auto& row) { return row.first == metric; });
}

void apply(BoxReadings& box, const Sample& sample) {
  const std::string_view metric = sample.family->name;
  for (const Single& single : kSingles)
    if (single.metric == metric) return fold_into(box.*single.member, sample.value, single.fold);
  for (const Pair& pair : kPairs) {
    if (pair.metric != metric) continue;
    BothWays& ways = box.*pair.member;
    const auto way = pair.way != nullptr ? pair.way
                     : is_down(sample)   ? &BothWays::down
                                         : &BothWays::up;
    return fold_into(ways.*way, sample.value, sum);
  }
  for (const auto& [name, other] : kOthers)
    if (name == metric) return other(box, sample);
}

/// "9 / 8 dB": down and up, with a dash for the one that is not known; empty: neither is.
std::string both(const BothWays& ways, std::string_view unit) {
  if (!ways.down && !ways.up) return "";
  const auto text = [](const Reading& value) { return value ? short_number(*value) : "–"; };
  return text(ways.down).append(" / ").append(text(ways.up)).append(" ").append(unit);
}

void add(std::string& numbers, const std::string& before, const std::string& text) {
  if (text.empty()) return;
  numbers.append(numbers.empty() ? "" : ", ").append(before).append(text);
}

LineHealth health(std::string_view line, Grade grade) {
  static constexpr std::string_view kWords[] = {" is good", " is weak", " is bad"};
  return {.grade = grade,
          .words = std::string(line).append(kWords[static_cast<std::size_t>(grade)])};
}

/// A line that is up, and of which it is not known how well it is received.
LineHealth ungraded(std::string_view line) { return {.words = std::string(line).append(" is up")}; }

constexpr LineHealth down(const char* words) { return {.grade = Grade::bad, .words = words}; }

std::optional<LineHealth> dsl(const BoxReadings& box) {
  if (!box.dsl_up) return std::nullopt;
  if (*box.dsl_up == 0)
    return box.access.empty() || box.access == "dsl" ? std::optional(down("DSL is down"))
                                                     : std::nullopt;
  // Below 3 dB a line loses sync at the next disturbance; providers aim at 6.
  constexpr double kBad = 3, kWeak = 5;
  const double margin =
      std::min(box.dsl_margin.down.value_or(kWeak), box.dsl_margin.up.value_or(kWeak));
  const Grade grade = margin < kBad ? Grade::bad : margin < kWeak ? Grade::weak : Grade::good;
  LineHealth line =
      grade == Grade::good && !box.dsl_margin.down ? ungraded("DSL") : health("DSL", grade);
  BothWays megabits;
  constexpr double kMegabit = 1e6 / 8;
  if (box.dsl_rate.down) megabits.down = *box.dsl_rate.down / kMegabit;
  if (box.dsl_rate.up) megabits.up = *box.dsl_rate.up / kMegabit;
  add(line.numbers, "", both(megabits, "Mbit/s"));
  add(line.numbers, "margin ", both(box.dsl_margin, "dB"));
  add(line.numbers, "attenuation ", both(box.dsl_attenuation, "dB"));
  add(line.numbers, "", both(box.dsl_crc, "CRC errors"));
  return line;
}

std::optional<LineHealth> fiber(const BoxReadings& box) {
  if (!box.fiber_up) return std::nullopt;
  if (*box.fiber_up == 0)
    return box.access == "fiber" ? std::optional(down("Fibre is down")) : std::nullopt;
  // The receiver sensitivity of GPON optics of class B+ (ITU-T G.984.2).
  constexpr double kBad = -27, kWeak = -25;
  const Reading& power = box.fiber_power.down;
  LineHealth line = !power ? ungraded("Fibre")
                           : health("Fibre", *power < kBad    ? Grade::bad
                                             : *power < kWeak ? Grade::weak
                                                              : Grade::good);
  add(line.numbers, "light ", both(box.fiber_power, "dBm"));
  return line;
}

std::optional<LineHealth> cable(const BoxReadings& box) {
  if (!box.cable_channels.down && !box.cable_worst_mer) return std::nullopt;
  // 256QAM needs 30 dB.
  constexpr double kBadMer = 30, kWeakMer = 33, kLow = -10, kHigh = 15, kSentHigh = 51;
  const double mer = box.cable_worst_mer.value_or(kWeakMer);
  const bool is_level_wrong = box.cable_down_low.value_or(0) < kLow ||
                              box.cable_down_high.value_or(0) > kHigh ||
                              box.cable_up_high.value_or(0) > kSentHigh;
  LineHealth line = health("Cable", mer < kBadMer                      ? Grade::bad
                                    : mer < kWeakMer || is_level_wrong ? Grade::weak
                                                                       : Grade::good);
  add(line.numbers, "", both(box.cable_channels, "channels"));
  if (box.cable_worst_mer)
    add(line.numbers, "worst MER ", short_number(*box.cable_worst_mer) + " dB");
  if (box.cable_down_low)
    add(line.numbers, "level ",
        short_number(*box.cable_down_low) + " to " + short_number(*box.cable_down_high) + " dBmV");
  return line;
}

std::optional<LineHealth> mobile(const BoxReadings& box) {
  if (!box.mobile_connected && !box.mobile_best_rsrp) return std::nullopt;
  if (box.mobile_connected == 0)
    return box.access == "mobile" ? std::optional(down("Mobile is down")) : std::nullopt;
  constexpr double kBad = -115, kWeak = -105;
  const double power = box.mobile_best_rsrp.value_or(0);
  LineHealth line = health("Mobile", power < kBad    ? Grade::bad
                                     : power < kWeak ? Grade::weak
                                                     : Grade::good);
  if (box.mobile_best_rsrp)
    add(line.numbers, "RSRP ", short_number(*box.mobile_best_rsrp) + " dBm");
  return line;
}

/// The message without the request in front of it: "Hosts1.GetX: the user lacks the right".
std::string cause_of(const std::string& message) {
  const auto end = message.find(": ");
  if (end == std::string::npos || message.find(' ') < end) return message;
  return message.substr(end + 2);
}

void add(std::vector<BoxFacts::Queries>& all, const std::string& query, const Failure& failure) {
  const std::string cause = cause_of(failure.message);
  const auto alike = std::ranges::find_if(all, [&](const BoxFacts::Queries& queries) {
    return queries.kind == failure.kind && queries.cause == cause;
  });
  BoxFacts::Queries& queries =
      alike != all.end()
          ? *alike
          : all.emplace_back(BoxFacts::Queries{.cause = cause, .kind = failure.kind});
  queries.messages.emplace_back(query, failure.message);
}

}  // namespace

bool is_hot(const BoxReadings& box) {
  constexpr double kHot = 90;  // °C
  return box.temperature.value_or(0) > kHot;
}

BoxReadings read_box(const DeviceView& device, const std::vector<FamilyPtr>& families) {
  BoxReadings box;
  for (const Sample& sample : samples_of(device, families, is_wanted)) apply(box, sample);
  return box;
}

std::vector<LineHealth> line_health(const BoxReadings& box) {
  std::vector<LineHealth> lines;
  for (auto& line : {dsl(box), fiber(box), cable(box), mobile(box)})
    if (line) lines.push_back(*line);
  return lines;
}

BoxFacts facts_of(const DeviceView& device, const std::vector<FamilyPtr>& families,
                  Clock::time_point now, WallClock::time_point wall) {
  const DeviceStatus& status = device.status;
  BoxFacts facts{.name = status.name,
                 .kind = status.kind,
                 .page = status.page,
                 .state = !status.answered
                              ? (status.polled ? BoxState::waiting : BoxState::on_demand)
                          : status.up ? BoxState::up
                                      : BoxState::down,
                 .polled = status.polled,
                 .failure = status.failure,
                 .failed = status.failed,
                 .last_success = status.last_success,
                 .next = status.next,
                 .series = status.series,
                 .queries = status.queries.size(),
                 .readings = read_box(device, families),
                 .hour = device.history.last_hour(now),
                 .today = device.history.today(wall),
                 .changed = device.changed,
                 .expired = device.expired};
  facts.lines = line_health(facts.readings);
  for (const DeviceStatus::Query& query : status.queries) {
    if (!query.asked || !query.failure) continue;
    if (query.support != Support::failing && query.support != Support::denied) continue;
    add(query.support == Support::denied ? facts.denied : facts.failing, query.name,
        *query.failure);
  }
  return facts;
}

}  // namespace boxmeter
