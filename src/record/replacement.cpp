#include "record/replacement.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "record/letters.h"

namespace boxmeter::record {
namespace {

/// Pseudo-random numbers, the same for the same `count`.
class PseudoRandom {
 public:
  explicit PseudoRandom(std::size_t count) : state_(0x9E3779B97F4A7C15U * (count + 1)) {}
  char next(unsigned sides) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<char>((state_ >> 33U) % sides);
  }

 private:
  std::uint64_t state_;
};

/// Other letters for letters, and other digits for digits.
std::string shaped(std::string_view text, std::size_t count) {
  const char letters =
      std::ranges::all_of(text, [](char c) { return !is_letter_or_digit(c) || is_hex(c); }) ? 6
                                                                                            : 26;
  PseudoRandom random(count);
  std::string made;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (continues) continue;
    const bool is_kept =
        !is_letter_or_digit(c) || (c == '0' && made.empty());  // the 0 of a phone number
    if (is_kept)
      made += c;
    else if (is_digit(c))
      made += static_cast<char>(made.empty() ? '1' + random.next(9) : '0' + random.next(10));
    else
      made += static_cast<char>((is_upper(c) ? 'A' : 'a') +
                                random.next(static_cast<unsigned>(letters)));
  }
  return made;
}

/// Another number of the same length, without a leading zero, which JSON does not allow.
std::string other_number(std::string_view text, std::size_t count) {
  PseudoRandom random(count);
  std::string made;
  for (const char c : text) {
    const bool begins = made.find_first_not_of("+-") == std::string::npos;
    if (!is_digit(c) || (begins && c == '0'))
      made += c;
    else
      made += static_cast<char>(begins ? '1' + random.next(9) : '0' + random.next(10));
  }
  return made;
}

/// Whether it looks like hex, base64 and the like: no blanks, and digits among letters.
bool is_code(std::string_view text) {
  constexpr std::string_view kSigns = "+/=_-:.";
  constexpr std::size_t kShortest = 6;
  return text.size() >= kShortest && std::ranges::any_of(text, is_digit) &&
         std::ranges::all_of(text, [&](char c) {
           return is_digit(c) || is_lower(c) || is_upper(c) || kSigns.find(c) != kSigns.npos;
         });
}

std::string_view word_for(Privacy privacy) {
  switch (privacy) {
    case Privacy::host:
      return "host-";
    case Privacy::network:
      return "network-";
    case Privacy::user:
      return "user-";
    case Privacy::text:
      return "text ";
    default:
      return "name-";
  }
}

bool has_shape(Privacy privacy) {
  return privacy == Privacy::serial || privacy == Privacy::secret || privacy == Privacy::phone;
}

}  // namespace

std::string hex(std::size_t number, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; number >>= 4U) text[i] = "0123456789abcdef"[number & 15U];
  return text;
}

bool is_number(std::string_view text) {
  static const RE2 kNumber(R"([+-]?\d+([.,]\d+)?([eE][+-]?\d+)?%?)");
  return RE2::FullMatch({text.data(), text.size()}, kNumber);
}

std::string make_replacement(Privacy privacy, std::string_view text, std::size_t count) {
  const std::string number = std::to_string(count);
  if (privacy == Privacy::domain) return "host-" + number + ".example";
  if (is_number(text) && privacy != Privacy::phone) return other_number(text, count);
  const bool is_named = privacy == Privacy::name && !is_code(text);
  return has_shape(privacy) || (privacy == Privacy::name && !is_named)
             ? shaped(text, count)
             : std::string(word_for(privacy)) + number;
}

std::string make_replacement(Form form, std::string_view key, std::size_t count) {
  constexpr std::array kNetworks = {"192.0.2.", "198.51.100.", "203.0.113."};
  switch (form) {
    case Form::mac:  // above 255: locally administered
      return count < 256 ? "00005e0053" + hex(count, 2) : "02005e" + hex(count, 6);
    case Form::ipv4:
      return count < kNetworks.size() * 254
                 ? kNetworks[count / 254] + std::to_string(count % 254 + 1)
                 : "198.18." + std::to_string(count / 256 % 256) + "." +
                       std::to_string(count % 256);
    case Form::mail:
      return "mail-" + std::to_string(count) + "@example.org";
    case Form::session:
      return "sid=" + hex(count, key.size() - 4);
    default:
      return shaped(key, count);
  }
}

}  // namespace boxmeter::record
