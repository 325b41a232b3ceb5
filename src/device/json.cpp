#include "device/json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kDeepest = 64;
// A value costs up to 80 bytes in memory: with this many, and the text twice, a reply of 4 MiB
// stays below 40 MB, whatever it is made of.
constexpr std::size_t kMostValues = 300'000;
constexpr std::string_view kReplacement = "\\ufffd";

bool in_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// How many values the text has at most: one per comma and per opening bracket outside strings, and
/// one for the whole.
std::size_t count_values(std::string_view text) {
  std::size_t count = 1;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (in_string && text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      in_string = !in_string;
    else if (!in_string && (text[at] == ',' || text[at] == '[' || text[at] == '{'))
      ++count;
  }
  return count;
}

/// The index just after the closing quote of the string that starts at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

/// The UTF-16 code unit that "\uXXXX" at this index stands for.
std::optional<std::uint32_t> escaped_unit(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("\\u") || at + 6 > text.size()) return {};
  return parse_integer<std::uint32_t>(text.substr(at + 2, 4), 16);
}

bool is_lead(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_trail(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// A JSON string in which U+FFFD replaces half a surrogate pair, NUL and bare control characters.
std::string mended_string(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x20) {
      kept += kReplacement;
      ++at;
      continue;
    }
    const auto unit = escaped_unit(text, at);
    if (!unit) {
      const std::size_t length = text[at] == '\\' ? 2 : 1;
      kept += text.substr(at, length);
      at += length;
      continue;
    }
    const auto next = is_lead(*unit) ? escaped_unit(text, at + 6) : std::nullopt;
    const bool is_pair = next && is_trail(*next);
    if (is_pair)
      kept += text.substr(at, 12);
    else
      kept += *unit == 0 || is_lead(*unit) || is_trail(*unit) ? kReplacement : text.substr(at, 6);
    at += is_pair ? 12 : 6;
  }
  return kept;
}

/// The text with everything replaced that JSON or a double cannot hold: a number by null, a
/// character of a string by U+FFFD, a NUL elsewhere by a blank.
std::string mended(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    const bool is_number = text[at] == '-' || (text[at] >= '0' && text[at] <= '9');
    if (text[at] == '"') end = end_of_string(text, at);
    while (is_number && end < text.size() && in_number(text[end])) ++end;
    const std::string piece(text.substr(at, end - at));
    if (text[at] == '"')
      kept += mended_string(piece);
    else if (is_number)
      kept += std::isinf(std::strtod(piece.c_str(), nullptr)) ? "null" : piece;
    else
      kept += piece == std::string(1, '\0') ? " " : piece;
    at = end;
  }
  return kept;
}

/// Tries the text as it is first: most replies need no repair, which takes a second copy.
Reply parse_text(const std::string& text) {
  if (text.find("\\u0000") == std::string::npos) {
    Reply reply = Reply::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!reply.is_discarded()) return reply;
  }
  return Reply::parse(mended(text));
}

}  // namespace

Reply parse_json(std::string_view body) {
  const std::string text = repair_utf8(body);
  const char first = trim(text).empty() ? '\0' : trim(text).front();
  if (first != '<' && json_depth(text) > kDeepest)
    throw Error(ErrorKind::too_large,
                "JSON nested deeper than " + std::to_string(kDeepest) + " levels");
  if (first != '<' && count_values(text) > kMostValues)
    throw Error(ErrorKind::too_large,
                "JSON of more than " + std::to_string(kMostValues) + " values");
  try {
    return parse_text(text);
  } catch (const Reply::exception&) {
    if (first == '\0') throw Error(ErrorKind::protocol, "answer is empty, not JSON");
    if (first == '<') throw Error(ErrorKind::protocol, "answer is HTML or XML, not JSON");
    throw Error(ErrorKind::protocol, "answer is not JSON, or cut off");
  }
}

}  // namespace boxmeter
