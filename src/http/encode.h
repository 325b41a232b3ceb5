#pragma once
#include <span>
#include <string>
#include <string_view>

namespace boxmeter::http {

/// RFC 4648, with padding.  Any thread, never throws Error.
std::string base64(std::span<const unsigned char> bytes);
std::string base64(std::string_view text);

/// In lower-case hex digits.
std::string hex(std::span<const unsigned char> bytes);

/// `text` with every byte outside RFC 3986's unreserved set percent-encoded.
std::string percent_encoded(std::string_view text);

/// "%41" as "A".  A percent sign that no two digits follow stays as it is.
std::string percent_decoded(std::string_view text, bool plus_is_blank);

}  // namespace boxmeter::http
