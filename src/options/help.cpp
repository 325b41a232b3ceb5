#include "options/help.h"

#include <algorithm>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 30;  // where the explanations begin

/// The words of `text` behind `line`, which is broken before it grows too long.
std::string filled(std::string line, const std::string& text, std::size_t indent) {
  std::string lines;
  bool is_first = true;
  for (const std::string_view word : split(text, ' ')) {
    if (!is_first && line.size() + 1 + word.size() > kWidth) {
      lines += line + "\n";
      line = std::string(indent, ' ');
      is_first = true;
    }
    line += (is_first ? "" : " ") + std::string(word);
    is_first = false;
  }
  return lines + line + "\n";
}

std::string row(const std::string& name, const std::string& explanation) {
  const std::string padding(kColumn, ' ');
  std::string line = "  " + name;
  if (line.size() + 1 > kColumn) return line + "\n" + filled(padding, explanation, kColumn);
  return filled(line + padding.substr(line.size()), explanation, kColumn);
}

std::string value_of(const Option& option) {
  const std::string value(option.value);
  const bool may_be_repeated = std::holds_alternative<std::vector<std::string>*>(option.target) &&
                               option.values == 1 && !option.is_list;
  return (option.may_be_bare ? " [" + value + "]" : " " + value) + (may_be_repeated ? " ..." : "");
}

std::string row(const Option& option) {
  std::string name = (option.letter == 0 ? "" : std::string({'-', option.letter, ','})) + "--" +
                     std::string(option.name);
  if (!is_flag(option)) name += value_of(option);
  std::string explanation = option.help;
  for (std::size_t i = 0; i < option.choices.size(); ++i)
    explanation += (i == 0                           ? ": "
                    : i + 1 == option.choices.size() ? " or "
                                                     : ", ") +
                   std::string(option.choices[i]);
  if (!option.otherwise.empty()) explanation += " (default: " + option.otherwise + ")";
  return row(name, explanation);
}

std::string usage(const Syntax& syntax) {
  const bool must_command = !syntax.commands.empty() && syntax.words.empty();
  return filled("Usage: " + syntax.program + " ",
                "[OPTIONS]" + std::string(syntax.words.empty() ? "" : " ") + syntax.words +
                    (must_command ? " [COMMAND ...]" : ""),
                7);
}

/// "boxmeter fritz call": "boxmeter fritz".
std::string group_of(const Syntax& syntax) {
  return syntax.program.substr(0, syntax.program.rfind(' '));
}

}  // namespace

std::string help_text(const Syntax& syntax) {
  std::string own, shared, commands;
  for (const Option& option : syntax.options) (option.is_shared ? shared : own) += row(option);
  for (const CommandWord& command : syntax.commands)
    commands += row(std::string(command.name), std::string(command.help));
  const bool is_group = !syntax.commands.empty();
  std::string text = filled("", syntax.about, 0) + "\n" + usage(syntax) + "\nOptions:\n" +
                     row("-h,--help", "Print this help and end") + own;
  if (!shared.empty())
    text += "\nOptions shared with " + (is_group ? "the commands" : "'" + group_of(syntax) + "'") +
            ":\n" + shared;
  if (is_group)
    text +=
        "\nCommands ('" + syntax.program + " COMMAND --help' tells their options):\n" + commands;
  return text + (syntax.more.empty() ? "" : "\n" + syntax.more + "\n");
}

}  // namespace boxmeter
