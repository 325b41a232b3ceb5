#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// Pure; any thread; none throws Error.
namespace boxmeter::sim {

/// Lower-case hex of MD5 over `text`.
std::string md5_hex(std::string_view text);

/// Lower-case hex of HMAC-SHA1.
std::string hmac_sha1_hex(std::string_view key, std::string_view message);

/// A number that depends on all of its input and on nothing else: what makes invented values and
/// nonces the same in every run with one seed.
std::uint64_t mixed(std::uint64_t seed, std::string_view text);

/// `count` characters of `alphabet`, chosen by `number`.
std::string letters(std::uint64_t number, std::size_t count, std::string_view alphabet);

}  // namespace boxmeter::sim
