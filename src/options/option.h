#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a command line may hold, as data: it is read by read.h, and a help text is made of it by
// help.h.  One thread.
namespace boxmeter {

/// A flag that counts how often it was given: -vv.
struct Count {
  int* value;
};

/// Where an option's value goes, which is also what kind of option it is: bool and Count are flags,
/// a vector gathers the values of an option that may be repeated.
using Target =
    std::variant<bool*, Count, std::string*, std::optional<std::string>*, std::vector<std::string>*,
                 unsigned*, std::optional<unsigned>*, std::uint64_t*, double*>;

struct Option {
  std::string_view name;  // "username": --username
  char letter = 0;        // 'u': -u
  Target target;          // outlives the option
  std::string help = {};
  std::string_view value = "TEXT";             // stands for its value in the help: "FILE"
  std::string otherwise = {};                  // what holds without the option, for the help
  std::vector<std::string_view> choices = {};  // its value is one of these; empty: anything
  double least = 0;                            // of a number
  double most = std::numeric_limits<double>::infinity();
  unsigned values = 1;       // how many words it takes; more than one: for a vector, and anew
                             // each time it is given
  bool may_be_bare = false;  // its value may be left out; the target is then set to ""
  bool is_list = false;      // commas divide its value; for a vector
  bool is_shared = false;    // every command of its group takes it, and shows it last
};

/// One of the words that may follow: `boxmeter fritz call`.
struct CommandWord {
  std::string_view name;
  std::string_view help;
};

/// All that one command takes.
struct Syntax {
  std::string program = {};          // how the line begins: "boxmeter fritz call"
  std::string about = {};            // what it does, in a sentence or two
  std::vector<Option> options = {};  // --help is there without a row
  std::string words = {};            // what is no option: "DEVICE REQUEST [NAME=VALUE ...]"
  std::size_t most_words = 0;
  std::string more = {};  // lines at the end of the help: examples
  std::vector<CommandWord> commands = {};
};

/// Any number of words.
constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

/// "see 'boxmeter once --help'"
std::string see_help(const Syntax& syntax);

bool is_flag(const Option& option);

}  // namespace boxmeter
