#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "device/privacy.h"
#include "record/forms.h"

// What stands in the place of an original.  Pure; any thread.
namespace boxmeter::record {

/// The `count`th stand-in for a text that is private in such a way.  What has a shape keeps it:
/// numbers, serial numbers, keys and other codes (letters for letters, digits for digits).
std::string made_up(Privacy privacy, std::string_view text, std::size_t count);

/// The same for what is known by its form, but for IPv6 addresses, which stay in their network.
std::string made_up(Form form, std::string_view key, std::size_t count);

/// Hex digits of a number.
std::string hex(std::size_t number, std::size_t digits);

/// Digits and signs, as a value that is measured or counted.
bool is_number(std::string_view text);

}  // namespace boxmeter::record
