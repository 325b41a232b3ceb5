#include "sim/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>

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
  // Fetched once: in OpenSSL 3 the lookup takes longer than hashing 100 bytes.
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

std::string pbkdf2_sha256(std::string_view password, std::string_view salt, int iterations) {
  std::string bytes(32, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt.data()),
                    static_cast<int>(salt.size()), iterations, EVP_sha256(),
                    static_cast<int>(bytes.size()), reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::string hex_text(std::string_view bytes) {
  return hex(reinterpret_cast<const unsigned char*>(bytes.data()),
             static_cast<unsigned>(bytes.size()));
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned char byte = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::string utf16le(std::string_view text) {
  std::string units;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first >= 0x80 && first < 0xC0) continue;  // inside of a character
    const bool is_latin = first < 0x80 || ((first == 0xC2 || first == 0xC3) && i + 1 < text.size());
    if (first < 0x80)
      units += text[i];
    else
      units += is_latin ? static_cast<char>(((first & 3) << 6) | (text[i + 1] & 0x3F)) : '.';
    units += '\0';
  }
  return units;
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
