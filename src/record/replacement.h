#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "device/privacy.h"
#include "record/forms.h"

// Replacements for what is private.  Pure; any thread.
namespace boxmeter::record {

/// The `count`th replacement for a text of that privacy.  Numbers, serial numbers, keys and other
/// codes keep their shape (letters for letters, digits for digits).
std::string make_replacement(Privacy privacy, std::string_view text, std::size_t count);

/// The same for what is found by its form, except IPv6 addresses: Originals replaces these, so that
/// they stay in one network.
std::string make_replacement(Form form, std::string_view key, std::size_t count);

/// A number in hex, with leading zeros.
std::string hex(std::size_t number, std::size_t digits);

/// Whether it is a number as boxes write measured values and counts: "-12.5", "1,5", "80%".
bool is_number(std::string_view text);

}  // namespace boxmeter::record
