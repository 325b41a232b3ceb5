#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Numbers, times and units as people say them.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// Three digits that count: "0.25", "9.5", "93.4", "1,234".
std::string short_number(double value);
/// Whole, with commas: "12,345".
std::string grouped(std::uint64_t value);
/// "1 query", "12 queries".
std::string grouped(std::uint64_t count, std::string_view thing, std::string_view things);

/// A rate in bytes per second, in the bits that lines are sold by: "93.4 Mbit/s".
std::string bit_rate(double bytes_per_second);
/// "3.2 GB": thousands, as disks and contracts count.
std::string volume(double bytes);

/// How long ago: "35 s", "2 min", "3 h", "3 d"; nothing is less than "0 s" ago.
std::string age(std::chrono::nanoseconds age);
/// How long something lasts, in its two largest units: "35 s", "12 min", "4 h 12 min", "3 d 4 h".
std::string lasting(double seconds);
std::string milliseconds(std::chrono::duration<double> took);

/// The value of a metric with its unit, which the end of its name tells.
std::string human_value(std::string_view metric, double value);

}  // namespace boxmeter
