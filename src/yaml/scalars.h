#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/section.h"

// Single values of a file, converted.  What takes a Value throws a Mistake with an example of a
// valid value, and quotes the value: not for secrets.  Pure.
namespace boxmeter {

/// "15s", "1m30s", "500ms", "2h", "1d".
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "5KB" is 5,000, "1MiB" 1,048,576; a number alone counts bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// Any finite number.
std::optional<double> parse_number(std::string_view text);
/// No duration (in ms), size or integer is larger.
constexpr std::uint64_t kMostInteger = std::numeric_limits<std::int64_t>::max();

std::chrono::milliseconds duration(const Value& value, std::chrono::milliseconds least,
                                   std::chrono::milliseconds most);
std::size_t size(const Value& value, std::size_t least, std::size_t most);
std::uint64_t integer(const Value& value, std::uint64_t least, std::uint64_t most);
double number(const Value& value);
bool boolean(const Value& value);

/// One of a few words.
std::string word(const Value& value, const std::vector<std::string>& known);

/// Letters, digits, '_', '.' and '-': it becomes the name of a file.
std::string plain_name(const Value& value, const std::string& what);

/// [a-zA-Z_][a-zA-Z0-9_]*
bool is_identifier(std::string_view text);

}  // namespace boxmeter
