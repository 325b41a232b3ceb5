#include "publish/site/human.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace boxmeter {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400;

std::string printed(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// "1.5 MB": in the largest unit of which the value is at least 1.
std::string scaled(double value, const std::array<const char*, 5>& units) {
  std::size_t unit = 0;
  // From 999.5 on it would be rounded to 1,000.
  while (std::abs(value) >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return short_number(value) + " " + units[unit];
}

std::string local_time(double unix_seconds) {
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%F %H:%M:%S", &parts);
  return text.data();
}

std::string with_unit(double value, const char* unit) {
  return short_number(value) + (*unit == '\0' ? "" : " ") + unit;
}

struct Unit {
  std::string_view suffix;
  std::string (*text)(double value);
};

// Longer suffixes come before shorter ones that they end with.
constexpr Unit kUnits[] = {
    {"_bytes_per_second", [](double value) { return bit_rate(value); }},
    {"_bytes", [](double value) { return volume(value); }},
    {"_timestamp_seconds", local_time},
    {"_seconds", [](double value) { return lasting(value); }},
    {"_celsius", [](double value) { return with_unit(value, "°C"); }},
    {"_ratio", [](double value) { return with_unit(value * 100, "%"); }},
    {"_decibels", [](double value) { return with_unit(value, "dB"); }},
    {"_dbm", [](double value) { return with_unit(value, "dBm"); }},
    {"_dbmv", [](double value) { return with_unit(value, "dBmV"); }},
    {"_watts", [](double value) { return with_unit(value, "W"); }},
    {"_volts", [](double value) { return with_unit(value, "V"); }},
    {"_amperes", [](double value) { return with_unit(value, "A"); }},
    {"_joules", [](double value) { return with_unit(value / 3.6e6, "kWh"); }},
    {"_hertz",
     [](double value) {
       return scaled(value, {"Hz", "kHz", "MHz", "GHz", "THz"});
     }},
    {"_rpm", [](double value) { return with_unit(value, "rpm"); }},
    {"_meters", [](double value) { return with_unit(value, "m"); }},
    {"_pascals", [](double value) { return with_unit(value / 100, "hPa"); }},
    {"_lux", [](double value) { return with_unit(value, "lx"); }},
};

}  // namespace

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string grouped(std::uint64_t count, std::string_view thing, std::string_view things) {
  return grouped(count).append(" ").append(count == 1 ? thing : things);
}

std::string short_number(double value) {
  const double size = std::abs(value);
  if (size >= 1e15) return printed("%.3g", value);
  const bool is_whole = value == std::floor(value);
  if (size >= 99.95 || is_whole) {
    const double rounded = std::round(value);
    return (rounded < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::abs(rounded)));
  }
  std::string text = printed(size >= 9.995 ? "%.1f" : "%.2f", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string bit_rate(double bytes_per_second) {
  // kbit/s is the smallest unit.
  return scaled(std::round(bytes_per_second * 8) / 1000,
                {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s"});
}

std::string volume(double bytes) { return scaled(bytes, {"B", "kB", "MB", "GB", "TB"}); }

std::string age(std::chrono::nanoseconds age) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::floor<std::chrono::seconds>(age).count(), 0);
  if (seconds < 2 * kMinute) return std::to_string(seconds) + " s";
  if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + " min";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + " h";
  return std::to_string(seconds / kDay) + " d";
}

std::string lasting(double seconds) {
  if (seconds < 1) return with_unit(seconds, "s");
  if (!(seconds < 1e12)) return "for ever";
  const auto whole = static_cast<std::int64_t>(seconds);
  const auto both = [](std::int64_t large, const char* unit, std::int64_t small,
                       const char* smaller) {
    return std::to_string(large) + unit + (small == 0 ? "" : " " + std::to_string(small) + smaller);
  };
  if (whole < kMinute) return std::to_string(whole) + " s";
  if (whole < kHour) return std::to_string(whole / kMinute) + " min";
  if (whole < kDay) return both(whole / kHour, " h", whole % kHour / kMinute, " min");
  return both(whole / kDay, " d", whole % kDay / kHour, " h");
}

std::string milliseconds(std::chrono::duration<double> took) {
  return short_number(took.count() * 1000) + " ms";
}

std::string human_value(std::string_view metric, double value) {
  std::string_view name = metric;
  if (name.ends_with("_total")) name.remove_suffix(6);
  for (const Unit& unit : kUnits)
    if (name.ends_with(unit.suffix)) return unit.text(value);
  return short_number(value);
}

}  // namespace boxmeter
