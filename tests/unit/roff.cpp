#include "roff.h"

#include <algorithm>

#include "base/text.h"

namespace boxmeter::roff {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else
      result += c;
  }
  return result;
}

std::string text(std::string_view sentences) {
  std::string lines, line;
  const auto end_line = [&] {
    if (!line.empty()) lines += escaped(line) + "\n";
    line.clear();
  };
  for (const std::string_view word : split(sentences, ' ')) {
    if (word.empty()) continue;
    if (line.size() + 1 + word.size() > 78) end_line();
    line += (line.empty() ? "" : " ") + std::string(word);
    const bool ends = word.size() > 1 && (word.ends_with('.') || word.ends_with(".)") ||
                                          word.ends_with('!') || word.ends_with('?'));
    if (ends) end_line();
  }
  end_line();
  return lines;
}

std::string quoted(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '"' ? "\\(dq" : c == '\\' ? "\\e" : std::string(1, c);
  return "\"" + result + "\"";
}

std::string literal(std::string_view lines) {
  const std::vector<std::string_view> all = split(lines, '\n');
  std::size_t margin = std::string_view::npos;  // of the line that is indented least
  for (const std::string_view line : all) margin = std::min(margin, line.find_first_not_of(' '));
  std::string moved;
  for (const std::string_view line : all)
    moved += std::string(line.substr(std::min(margin, line.size()))) + "\n";
  return ".Bd -literal -offset indent\n" + escaped(trim(moved)) + "\n.Ed\n";
}

}  // namespace boxmeter::roff
