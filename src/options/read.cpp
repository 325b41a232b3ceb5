#include "options/read.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"

namespace boxmeter {
namespace {

using Values = std::vector<std::string>;

std::string dashed(const Option& option) { return "--" + std::string(option.name); }

template <typename Number>
std::optional<Number> parsed(const std::string& text) {
  if constexpr (std::floating_point<Number>)
    return parse_double(text);
  else
    return parse_integer<Number>(text);
}

template <typename Number>
Number number(const Option& option, const std::string& text) {
  const std::optional<Number> value = parsed<Number>(text);
  const auto compared = static_cast<double>(value.value_or(0));
  if (value && compared >= option.least && compared <= option.most) return *value;
  const auto bound = [](double number) {
    std::string shown = std::to_string(number);
    shown.erase(shown.find_last_not_of('0') + 1);
    return shown.ends_with('.') ? shown.substr(0, shown.size() - 1) : shown;
  };
  throw Error(ErrorKind::config, "'" + dashed(option) + "' takes a number" +
                                     (std::isinf(option.most) ? std::string()
                                                              : " from " + bound(option.least) +
                                                                    " to " + bound(option.most)) +
                                     ", not '" + text + "'");
}

void expect_choice(const Option& option, const std::string& text) {
  if (option.choices.empty() || std::ranges::find(option.choices, text) != option.choices.end())
    return;
  const std::vector<std::string> known(option.choices.begin(), option.choices.end());
  throw Error(ErrorKind::config, "unknown value '" + text + "' of '" + dashed(option) + "'" +
                                     did_you_mean(text, known) + " (known: " + joined(known) + ")");
}

/// Puts the values of one option, which was given, where they belong.
struct Store {
  const Option& option;
  const Values& values;

  void operator()(bool* target) const { *target = true; }
  void operator()(Count target) const { *target.value = static_cast<int>(values.size()); }
  void operator()(std::string* target) const { *target = values.back(); }
  void operator()(std::optional<std::string>* target) const { *target = values.back(); }
  void operator()(unsigned* target) const { *target = number<unsigned>(option, values.back()); }
  void operator()(std::optional<unsigned>* target) const {
    *target = number<unsigned>(option, values.back());
  }
  void operator()(std::uint64_t* target) const {
    *target = number<std::uint64_t>(option, values.back());
  }
  void operator()(double* target) const { *target = number<double>(option, values.back()); }
  void operator()(std::vector<std::string>* target) const {
    target->clear();
    if (option.values > 1) {
      target->assign(values.end() - option.values, values.end());
      return;
    }
    for (const std::string& value : values)
      if (option.is_list)
        for (const std::string_view part : split(value, ',')) target->emplace_back(part);
      else
        target->push_back(value);
  }
};

void store(const Option& option, const Values& values) {
  for (const std::string& value : values) {
    if (is_flag(option) && value != "true")
      throw Error(ErrorKind::config, "'" + dashed(option) + "' takes no value ('" + value + "')");
    if (!is_flag(option)) expect_choice(option, value);
  }
  std::visit(Store{option, values}, option.target);
}

/// CLI11's own bounds and conversions are not used: their errors name neither value nor program.
CLI::Option* add(CLI::App& app, const Option& option) {
  const std::string names =
      (option.letter == 0 ? std::string() : std::string({'-', option.letter, ','})) +
      dashed(option);
  if (is_flag(option)) return app.add_flag(names);
  return app.add_option(names)
      ->type_size(static_cast<int>(option.values))
      ->expected(option.may_be_bare ? 0 : 1, 1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

[[noreturn]] void refuse_option(const Syntax& syntax, const std::string& word) {
  const std::string flag = word.substr(0, word.find('='));
  std::vector<std::string> known = {"--help"};
  for (const Option& option : syntax.options) known.push_back(dashed(option));
  throw Error(ErrorKind::config, "unknown option '" + flag + "'" + did_you_mean(flag, known));
}

/// What begins with '-' is no word, unless it stands behind "--", which is taken away.
void refuse_options_among(Values& words, const Syntax& syntax, bool until_word) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      words.erase(word);
      return;
    }
    if (word->size() > 1 && word->starts_with('-')) refuse_option(syntax, *word);
    if (until_word) return;
  }
}

/// Options take whatever follows as their value, so the one that goes without is at the end.
[[noreturn]] void refuse_missing_value(std::span<const std::string> arguments) {
  const auto last = std::find_if(arguments.rbegin(), arguments.rend(),
                                 [](const std::string& word) { return word.starts_with('-'); });
  throw Error(ErrorKind::config,
              "'" + (last == arguments.rend() ? arguments.back() : *last) + "' needs a value");
}

Reading read(const Syntax& syntax, std::span<const std::string> arguments, bool until_word) {
  CLI::App app;
  app.set_help_flag();
  const CLI::Option* const help = app.add_flag("-h,--help");
  std::vector<const CLI::Option*> rows;
  for (const Option& option : syntax.options) rows.push_back(add(app, option));
  if (until_word)
    app.prefix_command();
  else
    app.allow_extras();
  try {
    app.parse(Values(arguments.rbegin(), arguments.rend()));  // CLI11's order
  } catch (const CLI::ParseError&) {
    refuse_missing_value(arguments);
  }
  Reading reading{.wants_help = help->count() > 0, .words = app.remaining()};
  if (reading.wants_help) return reading;
  refuse_options_among(reading.words, syntax, until_word);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i]->count() > 0) {
      reading.given.push_back(syntax.options[i].name);
      store(syntax.options[i], rows[i]->results());
    }
  return reading;
}

Reading read_or_say(const Syntax& syntax, std::span<const std::string> arguments, bool until_word) {
  try {
    return read(syntax, arguments, until_word);
  } catch (const Error& error) {
    throw Error(error.kind(), std::string(error.what()) + "; " + see_help(syntax));
  }
}

}  // namespace

Reading read_options(const Syntax& syntax, std::span<const std::string> arguments) {
  return read_or_say(syntax, arguments, /*until_word=*/false);
}

Reading read_until_word(const Syntax& syntax, std::span<const std::string> arguments) {
  return read_or_say(syntax, arguments, /*until_word=*/true);
}

}  // namespace boxmeter
