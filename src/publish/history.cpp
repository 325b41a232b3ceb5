#include "publish/history.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace boxmeter {
namespace {

constexpr auto kNearMidnight = std::chrono::minutes(5);

std::int64_t step_of(Clock::time_point time) { return time.time_since_epoch() / History::kStep; }

WallClock::time_point midnight_before(WallClock::time_point when) {
  const std::time_t seconds = WallClock::to_time_t(when);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return WallClock::from_time_t(std::mktime(&local));
}

/// The increase of a counter; after a reset at least its value.
double risen(double before, double now) { return now >= before ? now - before : now; }

float averaged(float mean, float more, unsigned count) {
  if (std::isnan(mean)) return more;
  if (std::isnan(more)) return mean;
  return mean + (more - mean) / static_cast<float>(count);
}

}  // namespace

Traffic traffic_of(const std::vector<Series>& all) {
  static constexpr std::pair<std::string_view, std::optional<double> Traffic::*> kMetrics[] = {
      {"box_wan_receive_rate_bytes_per_second", &Traffic::down_rate},
      {"box_wan_transmit_rate_bytes_per_second", &Traffic::up_rate},
      {"box_wan_receive_bytes_total", &Traffic::down_bytes},
      {"box_wan_transmit_bytes_total", &Traffic::up_bytes}};
  Traffic traffic;
  for (const Series& series : all)
    for (const auto& [name, member] : kMetrics)
      if (series.family->name == name && series.points.size() == 1)
        traffic.*member = series.points.front().value.to_double();
  return traffic;
}

void History::add(const Traffic& traffic, Clock::time_point asked, WallClock::time_point answered) {
  if (traffic.empty()) return;
  Rates rates;
  if (traffic.down_rate) rates.down = static_cast<float>(*traffic.down_rate);
  if (traffic.up_rate) rates.up = static_cast<float>(*traffic.up_rate);
  if (traffic.down_bytes && traffic.up_bytes) {
    const Counters now{*traffic.down_bytes, *traffic.up_bytes, asked, answered};
    if (counters_ && asked > counters_->asked) {
      const double seconds = std::chrono::duration<double>(asked - counters_->asked).count();
      const auto rate = [&](double before, double after) {
        return static_cast<float>(risen(before, after) / seconds);
      };
      if (std::isnan(rates.down)) rates.down = rate(counters_->down, now.down);
      if (std::isnan(rates.up)) rates.up = rate(counters_->up, now.up);
    }
    add_volume(now);
  }
  if (!std::isnan(rates.down) || !std::isnan(rates.up)) add_rates(rates, asked);
}

void History::add_rates(Rates rates, Clock::time_point asked) {
  const std::int64_t step = step_of(asked);
  if (steps_.empty()) {
    steps_.resize(kSteps);
    newest_ = step;
  }
  if (step < newest_) return;
  for (const auto last = std::min(step, newest_ + kSteps); newest_ < last;) {
    steps_[static_cast<std::size_t>(++newest_ % kSteps)] = {};
    in_newest_ = 0;
  }
  newest_ = step;
  Rates& mean = steps_[static_cast<std::size_t>(newest_ % kSteps)];
  ++in_newest_;
  mean = {averaged(mean.down, rates.down, in_newest_), averaged(mean.up, rates.up, in_newest_)};
}

void History::add_volume(const Counters& now) {
  const auto before = std::exchange(counters_, now);
  if (!before || before->answered > now.answered) {
    volume_ = {.since = now.answered};
    return;
  }
  if (const auto midnight = midnight_before(now.answered); volume_.since < midnight) {
    // The first answer of a day.  If the one before came just before midnight, the increase since
    // then belongs to the new day.
    const bool is_near = midnight - before->answered < kNearMidnight;
    volume_ = {.since = is_near ? midnight : now.answered, .whole_day = is_near};
    if (!is_near) return;
  }
  volume_.down += risen(before->down, now.down);
  volume_.up += risen(before->up, now.up);
}

std::vector<History::Rates> History::last_hour(Clock::time_point now) const {
  if (steps_.empty()) return {};
  const std::int64_t last = step_of(now);
  std::vector<Rates> hour(static_cast<std::size_t>(kSteps));
  for (std::int64_t step = std::max(newest_, last) - kSteps + 1; step <= newest_; ++step)
    if (const auto at = step - (last - kSteps + 1);
        at >= 0 && at < kSteps && step > newest_ - kSteps)
      hour[static_cast<std::size_t>(at)] = steps_[static_cast<std::size_t>(step % kSteps)];
  return hour;
}

std::optional<History::Volume> History::today(WallClock::time_point now) const {
  if (!counters_ || volume_.since < midnight_before(now)) return std::nullopt;
  return volume_;
}

}  // namespace boxmeter
