#pragma once
#include <span>
#include <string>
#include <string_view>

namespace boxmeter::http {

/// RFC 4648, with padding.  Any thread, never throws Error.
std::string base64(std::span<const unsigned char> bytes);
std::string base64(std::string_view text);

/// Lower case.
std::string hex(std::span<const unsigned char> bytes);

}  // namespace boxmeter::http
