#include "app/freebox/python_print.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "base/unicode.h"

namespace boxmeter {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 4;

struct Range {
  char32_t first, last;
};
/// The assigned characters for which str.isprintable() is false: separators, controls, formats,
/// private use.
constexpr Range kUnprintable[] = {
    {0x00, 0x1F},       {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
    {0x8E2, 0x8E2},     {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},
    {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0000, 0xE00FF}, {0xE01F0, 0x10FFFF}};
/// The characters of str.splitlines() and of `\s` in Python; both in ascending order.
constexpr Range kLineEnds[] = {{0x0A, 0x0D}, {0x1C, 0x1E}, {0x85, 0x85}, {0x2028, 0x2029}};
constexpr Range kSpaces[] = {{0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                             {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                             {0x205F, 0x205F}, {0x3000, 0x3000}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t c) {
  return std::ranges::any_of(ranges, [&](const Range& r) { return r.first <= c && c <= r.last; });
}

void append_escaped(std::string& out, char32_t c) {
  const int digits = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
  out += '\\';
  out += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out += "0123456789abcdef"[c >> shift & 15U];
}

std::string in_quotes(std::u32string_view text) {
  const bool has_single = text.find(U'\'') != std::u32string_view::npos;
  const bool has_double = text.find(U'"') != std::u32string_view::npos;
  const char32_t quote = has_single && !has_double ? U'"' : U'\'';
  std::string out(1, static_cast<char>(quote));
  for (const char32_t c : text) {
    if (c == quote || c == U'\\')
      (out += '\\') += static_cast<char>(c);
    else if (c == U'\n')
      out += "\\n";
    else if (c == U'\r')
      out += "\\r";
    else if (c == U'\t')
      out += "\\t";
    else if (is_in(kUnprintable, c))
      append_escaped(out, c);
    else
      append_utf8(out, c);
  }
  return out += static_cast<char>(quote);
}

std::string in_quotes(const std::string& text) { return in_quotes(characters_of(text)); }

/// The shortest digits that give the same double, laid out as float.__repr__ does.
std::string float_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  std::array<char, 64> buffer{};
  const double size = std::fabs(value);
  const bool exponent = size != 0 && (size < 1e-4 || size >= 1e16);
  const auto end =
      std::to_chars(buffer.begin(), buffer.end(), value,
                    exponent ? std::chars_format::scientific : std::chars_format::fixed)
          .ptr;
  const std::string text(buffer.begin(), end);
  return exponent || text.find('.') != std::string::npos ? text : text + ".0";
}

std::string scalar_text(const Reply& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
  if (value.is_number_float()) return float_text(value.get<double>());
  return value.dump();  // an integer
}

std::size_t length(std::string_view text) { return characters_of(text).size(); }

/// str.splitlines(keepends=True)
std::vector<std::u32string_view> lines_of(std::u32string_view text) {
  std::vector<std::u32string_view> lines;
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = start;
    while (end < text.size() && !is_in(kLineEnds, text[end])) ++end;
    if (end + 1 < text.size() && text[end] == U'\r' && text[end + 1] == U'\n') ++end;
    lines.push_back(text.substr(start, end + 1 - start));
    start = end + 1;
  }
  return lines;
}

/// re.findall(r'\S*\s*', line) without the empty one at the end
std::vector<std::u32string_view> words_of(std::u32string_view line) {
  std::vector<std::u32string_view> words;
  for (std::size_t start = 0; start < line.size();) {
    std::size_t end = start;
    while (end < line.size() && !is_in(kSpaces, line[end])) ++end;
    while (end < line.size() && is_in(kSpaces, line[end])) ++end;
    words.push_back(line.substr(start, end - start));
    start = end;
  }
  return words;
}

/// pprint.PrettyPrinter(indent=4), with the names and steps of CPython's Lib/pprint.py.  `indent`
/// is the column where the value begins, `allowance` the room needed after it on its last line.
class Pretty {
 public:
  std::string print(const Reply& value) {
    format(value, 0, 0, 0);
    return std::move(out_);
  }

 private:
  void format(const Reply& value, std::size_t indent, std::size_t allowance, unsigned level);
  void format_object(const Reply& value, std::size_t indent, std::size_t allowance, unsigned level);
  void format_array(const Reply& value, std::size_t indent, std::size_t allowance, unsigned level);
  void format_text(const Reply& value, std::size_t indent, std::size_t allowance, unsigned level);

  std::string out_;
};

/// Whether a text of this length fits beside `indent + allowance` characters.  Compares the sum,
/// since Python's difference is negative in deep values.
bool fits(std::size_t text, std::size_t indent, std::size_t allowance) {
  return text + indent + allowance <= kWidth;
}

void Pretty::format(const Reply& value, std::size_t indent, std::size_t allowance, unsigned level) {
  const std::string text = python_repr(value);
  if (fits(length(text), indent, allowance) || !(value.is_structured() || value.is_string()))
    out_ += text;
  else if (value.is_object())
    format_object(value, indent, allowance, level + 1);
  else if (value.is_array())
    format_array(value, indent, allowance, level + 1);
  else
    format_text(value, indent, allowance, level + 1);
}

void Pretty::format_object(const Reply& value, std::size_t indent, std::size_t allowance,
                           unsigned level) {
  out_ += "{" + std::string(kIndent - 1, ' ');
  indent += kIndent;
  for (auto member = value.begin(); member != value.end();) {
    const std::string name = in_quotes(member.key());
    const Reply& item = *member;
    const bool last = ++member == value.end();
    out_ += name + ": ";
    format(item, indent + length(name) + 2, last ? allowance + 1 : 1, level);
    if (!last) out_ += ",\n" + std::string(indent, ' ');
  }
  out_ += "}";
}

void Pretty::format_array(const Reply& value, std::size_t indent, std::size_t allowance,
                          unsigned level) {
  out_ += "[" + std::string(kIndent - 1, ' ');
  indent += kIndent;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out_ += ",\n" + std::string(indent, ' ');
    format(value[i], indent, i + 1 == value.size() ? allowance + 1 : 1, level);
  }
  out_ += "]";
}

/// Splits a long text into adjacent string literals: at line ends, then between words.
void Pretty::format_text(const Reply& value, std::size_t indent, std::size_t allowance,
                         unsigned level) {
  const std::u32string text = characters_of(value.get_ref<const std::string&>());
  if (level == 1) {  // put in parentheses
    ++indent;
    ++allowance;
  }
  std::vector<std::string> chunks;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool last_line = i + 1 == lines.size();
    const std::string whole = in_quotes(lines[i]);
    if (fits(length(whole), indent, last_line ? allowance : 0)) {
      chunks.push_back(whole);
      continue;
    }
    const auto words = words_of(lines[i]);
    std::u32string current;
    for (std::size_t j = 0; j < words.size(); ++j) {
      const bool last = last_line && j + 1 == words.size();
      const std::u32string candidate = current + std::u32string(words[j]);
      if (fits(length(in_quotes(candidate)), indent, last ? allowance : 0)) {
        current = candidate;
        continue;
      }
      if (!current.empty()) chunks.push_back(in_quotes(current));
      current = words[j];
    }
    if (!current.empty()) chunks.push_back(in_quotes(current));
  }
  const bool parenthesised = level == 1 && chunks.size() > 1;
  const std::string joint = "\n" + std::string(indent, ' ');
  out_ += (parenthesised ? "(" : "") + joined(chunks, joint) + (parenthesised ? ")" : "");
}

}  // namespace

std::string python_repr(const Reply& value) {
  if (!value.is_structured()) return scalar_text(value);
  std::string text;
  for (auto member = value.begin(); member != value.end(); ++member) {
    if (!text.empty()) text += ", ";
    if (value.is_object()) text += in_quotes(member.key()) + ": ";
    text += python_repr(*member);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

std::string python_pretty(const Reply& value) { return Pretty().print(value); }

}  // namespace boxmeter
