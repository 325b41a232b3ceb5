#include "base/unicode.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace boxmeter {
namespace {

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) ||  // C0, DEL and C1
         c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);  // separators of lines, bidirectional marks (UAX #9)
}

void append_escape(std::string& out, char32_t c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else {
    std::array<char, 8> digits;
    std::snprintf(digits.data(), digits.size(), "\\u%04x", static_cast<unsigned>(c));
    out += digits.data();
  }
}

}  // namespace

std::u32string characters_of(std::string_view text) {
  const std::string valid = repair_utf8(text);
  std::u32string characters;
  for (const char byte : valid) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0U) == 0x80U)
      characters.back() = characters.back() << 6 | (bits & 0x3FU);
    else
      characters += bits < 0x80 ? bits : bits < 0xE0 ? bits & 0x1FU : bits & 0x0FU;
  }
  return characters;
}

void append_utf8(std::string& out, char32_t character) {
  const auto lead = [&](unsigned mark, unsigned shift) {
    out += static_cast<char>(mark | character >> shift);
  };
  const auto follow = [&](unsigned shift) {
    out += static_cast<char>(0x80U | (character >> shift & 0x3FU));
  };
  if (character < 0x80) return lead(0, 0);
  if (character < 0x800) {
    lead(0xC0, 6);
  } else if (character < 0x10000) {
    lead(0xE0, 12);
    follow(6);
  } else {
    lead(0xF0, 18);
    follow(12);
    follow(6);
  }
  follow(0);
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char32_t c : characters_of(text)) {
    if (is_control(c))
      append_escape(shown, c);
    else
      append_utf8(shown, c);
  }
  return shown;
}

}  // namespace boxmeter
