#include "roff.h"

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
  return ".Bd -literal -offset indent\n" + escaped(trim(lines)) + "\n.Ed\n";
}

}  // namespace boxmeter::roff
