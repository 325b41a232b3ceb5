#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// Hashes and pseudo-random texts.  Pure; any thread; none throws Error.
namespace boxmeter::sim {

/// Lower-case hex of MD5 over `text`.
std::string md5_hex(std::string_view text);

/// Lower-case hex of HMAC-SHA1.
std::string hmac_sha1_hex(std::string_view key, std::string_view message);

/// Raw bytes of PBKDF2 with HMAC-SHA256, 32 of them.
std::string pbkdf2_sha256(std::string_view password, std::string_view salt, int iterations);

std::string hex_text(std::string_view bytes);
/// The inverse; other characters count as 0.
std::string from_hex(std::string_view text);

/// UTF-8 as UTF-16LE, with a dot for characters above U+00FF.
std::string utf16le(std::string_view text);

/// A pseudo-random number that depends only on its input, so that made-up values and nonces are the
/// same in every run with one seed.
std::uint64_t mixed(std::uint64_t seed, std::string_view text);

/// The alphabet of a Freebox's challenges and tokens.
inline constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `count` characters of `alphabet`, chosen by `number`.
std::string letters(std::uint64_t number, std::size_t count, std::string_view alphabet);

}  // namespace boxmeter::sim
