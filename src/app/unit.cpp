#include "app/unit.h"

#include <utility>

namespace boxmeter {

std::string unit_of(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
      {"_bytes_per_second", "bytes/s"},
      {"_bytes", "bytes"},
      {"_timestamp_seconds", "unix seconds"},
      {"_seconds", "seconds"},
      {"_celsius", "°C"},
      {"_ratio", "ratio 0..1"},
      {"_decibels", "dB"},
      {"_dbm", "dBm"},
      {"_dbmv", "dBmV"},
      {"_watts", "watts"},
      {"_volts", "volts"},
      {"_amperes", "amperes"},
      {"_joules", "joules"},
      {"_hertz", "hertz"},
      {"_rpm", "rpm"},
      {"_meters", "meters"},
      {"_pascals", "pascals"},
      {"_lux", "lux"},
  };
  if (name.ends_with("_total")) name.remove_suffix(6);
  for (const auto& [suffix, unit] : kUnits)
    if (name.ends_with(suffix)) return std::string(unit);
  return "";
}

}  // namespace boxmeter
