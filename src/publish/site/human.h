#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Formats numbers, times and units for people.  Pure, any thread, never throws Error.
namespace boxmeter {

/// About three significant digits: "0.25", "9.5", "93.4", "1,234".
std::string short_number(double value);
/// With thousands separators: "12,345".
std::string grouped(std::uint64_t value);
/// "1 query", "12 queries".
std::string grouped(std::uint64_t count, std::string_view thing, std::string_view things);

/// A rate in bits per second, as for internet lines: "93.4 Mbit/s".
std::string bit_rate(double bytes_per_second);
/// "3.2 GB", in powers of 1000.
std::string volume(double bytes);

/// How long ago something was: "35 s", "2 min", "3 h", "3 d"; "0 s" if it is in the future.
std::string age(std::chrono::nanoseconds age);
/// A duration in its two largest units: "35 s", "12 min", "4 h 12 min", "3 d 4 h".
std::string lasting(double seconds);
std::string milliseconds(std::chrono::duration<double> took);

/// The value of a metric with its unit, which is recognized by the end of the metric's name.
std::string human_value(std::string_view metric, double value);

}  // namespace boxmeter
