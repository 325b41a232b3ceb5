#include "app/commands.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "app/freebox/freebox.h"
#include "app/fritz/fritz.h"

namespace boxmeter::commands_test {
namespace {

std::vector<std::string> heard;

Prepared prepare_listen(const Program&) {
  return {.syntax = {.about = "Listens.", .words = "WORD ...", .most_words = 2},
          .run = [](const std::vector<std::string>& words) {
            heard = words;
            return 1;
          }};
}

/// All commands below `commands`, with what they take.
void walk(const Program& program, std::span<const Command> commands, const std::string& before,
          std::vector<std::pair<std::string, Prepared>>& found) {
  for (const Command& command : commands) {
    const std::string name = before + " " + std::string(command.name);
    found.emplace_back(name, command.prepare(program));
    walk(program,
         std::vector(found.back().second.commands.begin(), found.back().second.commands.end()),
         name, found);
  }
}

}  // namespace

TEST_CASE("a brand's command is a row of a table that the program is given") {
  constexpr Command kBrands[] = {{"made-up", "listen to a made-up router", &prepare_listen}};
  const Program program{.brands = kBrands};

  CHECK(run_command(program, std::vector<std::string>{"made-up", "a", "b"}) == 1);

  CHECK(heard == std::vector<std::string>{"a", "b"});
  CHECK(commands(program).back().name == "made-up");
}

TEST_CASE("every command tells what it takes without being run") {
  constexpr Command kBrands[] = {fritz::kCommand, kFreeboxCommand};
  const Program program{.brands = kBrands};
  std::vector<std::pair<std::string, Prepared>> found;

  walk(program, commands(program), "boxmeter", found);

  CHECK(found.size() > 20);
  for (const auto& [name, command] : found) {
    CAPTURE(name);
    CHECK(command.syntax.about.ends_with('.'));
    CHECK(command.syntax.words.empty() == (command.syntax.most_words == 0));
    for (const Option& option : command.syntax.options) {
      CAPTURE(option.name);
      CHECK_FALSE(option.help.empty());
      CHECK(std::ranges::count(command.syntax.options, option.name, &Option::name) == 1);
      if (option.letter != 0)
        CHECK(std::ranges::count(command.syntax.options, option.letter, &Option::letter) == 1);
    }
  }
}

}  // namespace boxmeter::commands_test
