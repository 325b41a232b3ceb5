#include "sim/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/text.h"

namespace boxmeter::sim {
namespace {

std::string hex(const unsigned char* bytes, unsigned count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(2 * static_cast<std::size_t>(count), '0');
  for (std::size_t i = 0; i < count; ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return text;
}

/// splitmix64: every bit of the result depends on every bit of `state`.
std::uint64_t stirred(std::uint64_t state) {
  state += 0x9E3779B97F4A7C15U;
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9U;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBU;
  return state ^ (state >> 31);
}

}  // namespace

std::string md5_hex(std::string_view text) {
  // Fetched once: looking the algorithm up costs OpenSSL 3 more than hashing 100 bytes.
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned count = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &count, md5, nullptr);
  return hex(bytes.data(), count);
}

std::string hmac_sha1_hex(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned count = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), bytes.data(),
       &count);
  return hex(bytes.data(), count);
}

std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
  return stirred(stirred(seed) ^ stable_hash(text));
}

std::string letters(std::uint64_t number, std::size_t count, std::string_view alphabet) {
  std::string text;
  while (text.size() < count) {
    number = stirred(number);
    text += alphabet[number % alphabet.size()];
  }
  return text;
}

}  // namespace boxmeter::sim
