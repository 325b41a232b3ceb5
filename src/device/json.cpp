#include "device/json.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kDeepest = 64;
constexpr int kNumberOverflow = 406;  // the library's error id for 1e400

bool in_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// Where the string that starts at `at` ends: behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

std::string without_huge_numbers(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    if (text[at] == '"') end = end_of_string(text, at);
    const bool number = text[at] == '-' || (text[at] >= '0' && text[at] <= '9');
    while (number && end < text.size() && in_number(text[end])) ++end;
    const std::string piece(text.substr(at, end - at));
    kept += number && std::isinf(std::strtod(piece.c_str(), nullptr)) ? "null" : piece;
    at = end;
  }
  return kept;
}

}  // namespace

Reply parse_json(std::string_view body) {
  const std::string text = repair_utf8(body);
  const char first = trim(text).empty() ? '\0' : trim(text).front();
  if (first != '<' && json_depth(text) > kDeepest)
    throw Error(ErrorKind::too_large,
                "JSON nested deeper than " + std::to_string(kDeepest) + " levels");
  try {
    try {
      return Reply::parse(text);
    } catch (const Reply::out_of_range& error) {
      if (error.id != kNumberOverflow) throw;
      return Reply::parse(without_huge_numbers(text));
    }
  } catch (const Reply::exception&) {
    if (first == '\0') throw Error(ErrorKind::protocol, "answer is empty, not JSON");
    if (first == '<') throw Error(ErrorKind::protocol, "answer is a web page, not JSON");
    throw Error(ErrorKind::protocol, "answer is not JSON, or cut off");
  }
}

}  // namespace boxmeter
