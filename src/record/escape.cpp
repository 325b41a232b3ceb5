#include <algorithm>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "http/encode.h"
#include "record/document.h"

namespace boxmeter::record {
namespace {

constexpr std::pair<std::string_view, char> kEntities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

/// The character of "amp" or "#228"; empty for what is no entity.
std::string entity(std::string_view name) {
  for (const auto& [known, c] : kEntities)
    if (known == name) return {c};
  if (!name.starts_with('#')) return "";
  const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  const auto code = parse_integer<unsigned>(name.substr(hex ? 2 : 1), hex ? 16 : 10);
  return code ? utf8(*code) : "";
}

/// The code unit of "\uXXXX" at `at`.
std::optional<unsigned> json_unit(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\\u" || at + 6 > text.size()) return {};
  return parse_integer<unsigned>(text.substr(at + 2, 4), 16);
}

}  // namespace

std::string utf8(unsigned code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0U | (code >> 6U)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0U | (code >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)};
}

std::string xml_unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&') {
      const auto end = text.find(';', at);
      if (end != std::string_view::npos && end - at <= 10) {
        if (const std::string c = entity(text.substr(at + 1, end - at - 1)); !c.empty()) {
          plain += c;
          at = end;
          continue;
        }
      }
    }
    plain += text[at];
  }
  return plain;
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto* known = std::begin(kEntities);
    while (known != std::end(kEntities) && known->second != c) ++known;
    if (known == std::end(kEntities))
      escaped += c;
    else
      escaped.append("&").append(known->first).append(";");
  }
  return escaped;
}

std::string json_unescaped(std::string_view text) {
  constexpr std::string_view kNames = "bfnrt", kMeant = "\b\f\n\r\t";
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      plain += text[at];
      continue;
    }
    if (auto code = json_unit(text, at)) {
      at += 5;
      const auto low = json_unit(text, at + 1);
      if (*code >= 0xD800 && *code < 0xDC00 && low && *low >= 0xDC00 && *low < 0xE000) {
        code = 0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00);
        at += 6;
      }
      plain += utf8(*code);
      continue;
    }
    const char c = text[++at];
    const auto name = kNames.find(c);
    plain += name == std::string_view::npos ? c : kMeant[name];
  }
  return plain;
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 3 <= text.size())
      if (const auto byte = parse_integer<unsigned>(text.substr(at + 1, 2), 16)) {
        plain += static_cast<char>(*byte);
        at += 2;
        continue;
      }
    plain += text[at];
  }
  return plain;
}

std::string from_base64(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() < 8 || text.size() % 4 != 0) return "";
  std::string bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const auto value = kLetters.find(c);
    if (value == std::string_view::npos) return "";
    bits = (bits << 6U) | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) bytes += static_cast<char>((bits >> (count -= 8)) & 0xFFU);
  }
  const bool is_readable =
      is_utf8(bytes) && std::ranges::none_of(bytes, [](char c) { return c >= 0 && c < ' '; });
  return is_readable ? bytes : "";
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool stays = std::string_view("/?&=#:@").find(c) != std::string_view::npos;
    encoded += stays ? std::string(1, c) : http::percent_encoded(std::string_view(&c, 1));
  }
  return encoded;
}

}  // namespace boxmeter::record
