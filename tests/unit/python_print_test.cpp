#include "app/freebox/python_print.h"

#include <doctest/doctest.h>

namespace boxmeter::python_print_test {

TEST_CASE("values are printed as Python's repr prints them") {
  const std::pair<const char*, const char*> rows[] = {
      {"null", "None"},
      {"true", "True"},
      {"false", "False"},
      {"0", "0"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"0.0", "0.0"},
      {"-0.0", "-0.0"},
      {"0.1", "0.1"},
      {"1e15", "1000000000000000.0"},
      {"1e16", "1e+16"},
      {"0.0001", "0.0001"},
      {"0.00001", "1e-05"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {R"("")", "''"},
      {R"("déjà")", "'déjà'"},
      {R"("l'état")", "\"l'état\""},
      {R"("l'\"état\"")", "'l\\'\"état\"'"},
      {R"("a\\b\n\r\t\u0000\u007f")", R"('a\\b\n\r\t\x00\x7f')"},
      {R"("\u00a0\u200b\uf8ff\ud83d\ude00\udbff\udffd")", R"('\xa0\u200b\uf8ff😀\U0010fffd')"},
      {"[]", "[]"},
      {"{}", "{}"},
      {R"([1, "a", [null]])", "[1, 'a', [None]]"},
      {R"({"b": 1, "a": {"c": []}})", "{'a': {'c': []}, 'b': 1}"},
  };
  for (const auto& [json, text] : rows) CHECK(python_repr(Reply::parse(json)) == text);
}

TEST_CASE(
    "what fits on a line of 80 characters stays on one, what does not is spread as pprint does") {
  CHECK(python_pretty({{"state", "up"}, {"ipv4", "192.0.2.1"}, {"rate", 1700}}) ==
        "{'ipv4': '192.0.2.1', 'rate': 1700, 'state': 'up'}");
  CHECK(python_pretty(Reply::parse(R"({"a": {"b": [1, 2, {"c":
      "une phrase assez longue pour ne pas tenir sur une seule ligne de quatre-vingts caractères"
      }]}, "é'": null})")) ==
        R"({   'a': {   'b': [   1,
                      2,
                      {   'c': 'une phrase assez longue pour ne pas tenir sur '
                               'une seule ligne de quatre-vingts caractères'}]},
    "é'": None})");
}

TEST_CASE("a line of exactly 80 characters fits, whatever its bytes are; one of 81 does not") {
  const auto wide = [](std::size_t dots) {
    return python_pretty({{"é", std::string(35, '.')}, {"z", std::string(dots, '.')}});
  };
  CHECK(wide(27).find('\n') == std::string::npos);
  CHECK(wide(28) ==
        "{   'z': '" + std::string(28, '.') + "',\n    'é': '" + std::string(35, '.') + "'}");
}

TEST_CASE("a long text is split between its words and at its line ends, in parentheses if alone") {
  CHECK(python_pretty("une phrase assez longue pour ne pas tenir sur une seule ligne de "
                      "quatre-vingts caractères\net une ligne") ==
        R"(('une phrase assez longue pour ne pas tenir sur une seule ligne de '
 'quatre-vingts caractères\n'
 'et une ligne'))");
  const std::string word(100, 'a');
  CHECK(python_pretty(word) == "'" + word + "'");
}

}  // namespace boxmeter::python_print_test
