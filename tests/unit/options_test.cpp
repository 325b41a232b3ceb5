#include <doctest/doctest.h>

#include "base/error.h"
#include "options/help.h"
#include "options/read.h"

namespace boxmeter::options_test {
namespace {

struct Wanted {
  std::optional<std::string> user = {};
  std::string file = {};
  std::vector<std::string> repeated = {};
  std::vector<std::string> pair = {};
  std::vector<std::string> list = {};
  bool loud = false;
  int verbose = 0;
  unsigned number = 7;
  double seconds = 0.5;
};

Syntax syntax(Wanted& wanted) {
  return {.program = "boxmeter try",
          .about = "Tries things.",
          .options = {{.name = "user",
                       .letter = 'u',
                       .target = &wanted.user,
                       .help = "Who asks",
                       .value = "NAME",
                       .may_be_bare = true},
                      {.name = "file",
                       .letter = 'f',
                       .target = &wanted.file,
                       .help = "What is read",
                       .value = "FILE",
                       .otherwise = "none"},
                      {.name = "each", .target = &wanted.repeated, .help = "May be repeated"},
                      {.name = "pair", .target = &wanted.pair, .help = "Two", .values = 2},
                      {.name = "list", .target = &wanted.list, .help = "Some", .is_list = true},
                      {.name = "loud", .letter = 'l', .target = &wanted.loud, .help = "Loudly"},
                      {.name = "verbose", .letter = 'v', .target = Count{&wanted.verbose}},
                      {.name = "number",
                       .target = &wanted.number,
                       .help = "How many",
                       .value = "N",
                       .least = 1,
                       .most = 9,
                       .is_shared = true},
                      {.name = "seconds", .target = &wanted.seconds, .most = 3600.5},
                      {.name = "colour",
                       .target = &wanted.file,
                       .help = "Colour",
                       .choices = {"red", "green"}}},
          .words = "[WORD ...]",
          .more = "  boxmeter try it"};
}

Reading read(Wanted& wanted, std::vector<std::string> words) {
  return read_options(syntax(wanted), words);
}

std::string error_of(const std::vector<std::string>& words) {
  Wanted wanted;
  try {
    read(wanted, words);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("options are long, short, joined, repeated, and words stand anywhere between them") {
  Wanted wanted;

  const Reading reading = read(wanted, {"a", "-lvvf", "x", "--each", "1", "b", "--each=2", "--pair",
                                        "p", "q", "--list", "c,d", "--seconds", "1.25", "c"});

  CHECK(reading.words == std::vector<std::string>{"a", "b", "c"});
  CHECK(wanted.loud);
  CHECK(wanted.verbose == 2);
  CHECK(wanted.file == "x");
  CHECK(wanted.repeated == std::vector<std::string>{"1", "2"});
  CHECK(wanted.pair == std::vector<std::string>{"p", "q"});
  CHECK(wanted.list == std::vector<std::string>{"c", "d"});
  CHECK(wanted.seconds == 1.25);
  CHECK(wanted.number == 7);
  CHECK_FALSE(wanted.user.has_value());
  CHECK(reading.given == std::vector<std::string_view>{"file", "each", "pair", "list", "loud",
                                                       "verbose", "seconds"});
}

TEST_CASE("a value is the next word, even one that looks like an option, a list or nothing") {
  for (const std::string value : {"-l", "--loud", "--", "[a,b]", "{}", "", "-1"}) {
    CAPTURE(value);
    Wanted wanted;

    CHECK(read(wanted, {"--file", value}).words.empty());

    CHECK(wanted.file == value);
    CHECK_FALSE(wanted.loud);
  }
}

TEST_CASE("a value that may be left out is the next word unless that is an option") {
  Wanted with, without, at_end, empty;

  CHECK(read(with, {"-u", "loud", "rest"}).words == std::vector<std::string>{"rest"});
  CHECK(read(without, {"-u", "-l"}).words.empty());
  CHECK(read(at_end, {"-u"}).words.empty());
  CHECK(read(empty, {"-u", "", "rest"}).words == std::vector<std::string>{"rest"});

  CHECK(with.user == "loud");
  CHECK(without.user == "");
  CHECK(without.loud);
  CHECK(at_end.user == "");
  CHECK(empty.user == "");
}

TEST_CASE("the last of two values counts, and behind -- everything is a word") {
  Wanted wanted;

  const Reading reading = read(wanted, {"-f", "a", "-f", "b", "--", "-l", "--x"});

  CHECK(wanted.file == "b");
  CHECK(reading.words == std::vector<std::string>{"-l", "--x"});
}

TEST_CASE("reading ends at the first word, and what follows is left as it is") {
  Wanted wanted;

  const Reading reading =
      read_until_word(syntax(wanted), std::vector<std::string>{"-u", "try", "go", "-l", "--odd"});

  CHECK(wanted.user == "try");
  CHECK(reading.words == std::vector<std::string>{"go", "-l", "--odd"});
  CHECK_FALSE(wanted.loud);
}

TEST_CASE("an error of the command line names the option, the value and the way out") {
  const std::string see = "; see 'boxmeter try --help'";

  CHECK(error_of({"--lout"}) == "unknown option '--lout' (did you mean '--loud'?)" + see);
  CHECK(error_of({"-z"}) == "unknown option '-z'" + see);
  CHECK(error_of({"--number", "10"}) == "'--number' takes a number from 1 to 9, not '10'" + see);
  CHECK(error_of({"--number", "1e9"}) == "'--number' takes a number from 1 to 9, not '1e9'" + see);
  CHECK(error_of({"--seconds", "-1"}) ==
        "'--seconds' takes a number from 0 to 3600.5, not '-1'" + see);
  CHECK(error_of({"--colour", "gren"}) ==
        "unknown value 'gren' of '--colour' (did you mean 'green'?) (known: red, green)" + see);
  CHECK(error_of({"-l", "--file"}) == "'--file' needs a value" + see);
  CHECK(error_of({"--pair", "one"}) == "'--pair' needs a value" + see);
  CHECK(error_of({"--loud=no"}) == "'--loud' takes no value ('no')" + see);
}

TEST_CASE("who asks for help is told nothing else") {
  Wanted wanted;

  CHECK(read(wanted, {"--number", "99", "-h", "--odd"}).wants_help);
}

TEST_CASE("a help text is made from the rows and stays within 100 columns") {
  Wanted wanted;
  Syntax long_one = syntax(wanted);
  long_one.options.erase(long_one.options.begin() + 3, long_one.options.begin() + 7);
  long_one.options.erase(long_one.options.end() - 2);
  long_one.options[0].help =
      "Who asks, of all the people who live in the house and may ask, and everybody else";

  CHECK(help_text(long_one) ==
        "Tries things.\n\n"
        "Usage: boxmeter try [OPTIONS] [WORD ...]\n\n"
        "Options:\n"
        "  -h,--help                   Print this help and end\n"
        "  -u,--user [NAME]            Who asks, of all the people who live in the house and may "
        "ask, "
        "and\n"
        "                              everybody else\n"
        "  -f,--file FILE              What is read (default: none)\n"
        "  --each TEXT ...             May be repeated\n"
        "  --colour TEXT               Colour: red or green\n\n"
        "Options shared with 'boxmeter':\n"
        "  --number N                  How many\n\n"
        "  boxmeter try it\n");
}

}  // namespace boxmeter::options_test
