#include "metric/path.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter::path_test {

using nlohmann::json;

namespace {

/// What `path` finds from `from` (a path from the root), as compact JSON joined by blanks.
std::string found(std::string_view reply, std::string_view from, std::string_view path,
                  SingleElement single = SingleElement::allowed) {
  const json root = json::parse(reply);
  const JsonNode top(root);
  const auto starts = Path::parse(from).find(top, &top);
  REQUIRE(starts.size() == 1);
  std::string text;
  for (const JsonNode& place : Path::parse(path).find(starts[0], &top, single))
    text += (text.empty() ? "" : " ") + place.value().dump();
  return text;
}

std::string value(std::string_view reply, std::string_view from, std::string_view path) {
  const json root = json::parse(reply);
  const JsonNode top(root);
  const auto starts = Path::parse(from).find(top, &top);
  REQUIRE(starts.size() == 1);
  const auto result = Path::parse(path).value(starts[0], &top);
  return result ? result->dump() : "absent";
}

}  // namespace

TEST_CASE("a path leads down by names and indices, and up") {
  const char* const reply =
      R"({"a": {"b": [10, {"c": 7}]}, "n": null, "x/y": 1, "~": 2, "": 3, "e": []})";
  struct Case {
    std::string from, path, expected;
  };
  const Case cases[] = {
      {"", "a/b/0", "10"},
      {"", "a/b/1/c", "7"},
      {"", "a/b/2", "absent"},
      {"", "a/b/01", "absent"},
      {"", "a/b/-1", R"({"c":7})"},
      {"", "a/b/-1/c", "7"},
      {"", "a/b/-1/~", "1"},
      {"", "a/b/-2", "absent"},
      {"", "e/-1", "absent"},
      {"", "a/b/99999999999999999999", "absent"},
      {"", "a/b/c", "absent"},
      {"", "a/b/0/deeper", "absent"},
      {"", "missing/deeper", "absent"},
      {"", "n", "absent"},
      {"", "n/deeper", "absent"},
      {"", "x~1y", "1"},
      {"", "~0", "2"},
      {"a/b/1/c", "", "7"},
      {"a/b/1/c", "..", R"({"c":7})"},
      {"a/b/1", "../0", "10"},
      {"a/b/1", "../../b/0", "10"},
      {"a/b/1", "../../../x~1y", "1"},
      {"a/b/1", "../../../..", "absent"},
      {"a", "b/../b/0", "10"},
      {"a", "gone/../b", "absent"},
      {"a/b/1/c", "~", R"("c")"},
      {"a/b/1", "~", "1"},
      {"a/b/1", "../~", R"("b")"},
      {"a/b/1", "../../~", R"("a")"},
      {"a/b/1", "../../../~", "absent"},
      {"", "a/b/~", R"("b")"},
      {"", "a/b/1/~", "1"},
      {"", "a/gone/~", "absent"},
      {"", "n/~", R"("n")"},
      {"a/b/1", "$x~1y", "absent"},
      {"a/b/1", "$a/b/0", "10"},
      {"a/b/1", "$a/~", R"("a")"},
      {"a/b/1", "$a/b/../b/0", "10"},
      {"a/b/1", "$a/../n/~", R"("n")"},
      {"a/b/1", "$gone/b", "absent"},
      {"", "a/b/*", "10"},
  };

  for (const Case& c : cases) {
    CAPTURE(c.from);
    CAPTURE(c.path);
    CHECK(value(reply, c.from, c.path) == c.expected);
  }
}

TEST_CASE("a star takes every element and every member, in the order of the reply") {
  CHECK(found("[3,1,2]", "", "*") == "3 1 2");
  CHECK(found("[1,null,{}]", "", "*") == "1 null {}");
  CHECK(found(R"([{"p":[{"u":1},{"u":2}]},{"p":[{"u":3}]},{}])", "", "*/p/*/u") == "1 2 3");
  CHECK(found(R"({"00:00:5E:00:53:01":{"r":1},"00:00:5E:00:53:02":{"r":2}})", "", "*/r") == "1 2");
  CHECK(found(R"({"a":[1],"b":[2,3]})", "", "*/*") == "1 2 3");
  CHECK(found(R"({"m":{"a":{"x":1},"b":{"x":2}}})", "", "m/*") == R"({"x":1} {"x":2})");
}

TEST_CASE("every form of an empty list has no rows") {
  CHECK(found(R"({"l":[]})", "", "l/*") == "");
  CHECK(found(R"({"l":{}})", "", "l/*") == "");
  CHECK(found(R"({"l":null})", "", "l/*") == "");
  CHECK(found(R"({"l":""})", "", "l/*") == "");
  CHECK(found(R"({})", "", "l/*") == "");
  CHECK(found("null", "", "*") == "");
}

TEST_CASE("a star takes a single element as a list of one") {
  CHECK(found(R"({"Item":{"Index":"1","MAC":"00:00:5E:00:53:01"}})", "", "Item/*") ==
        R"({"Index":"1","MAC":"00:00:5E:00:53:01"})");
  CHECK(found(R"({"Item":{"Index":1,"link":{"s":2}}})", "", "Item/*/link/s") == "2");
  CHECK(found(R"({"Item":"text"})", "", "Item/*") == R"("text")");
  CHECK(found(R"({"Item":0})", "", "Item/*") == "0");
  CHECK(found(R"({"Item":false})", "", "Item/*") == "false");
  // Only elements inside: known by the name that the path wants next.
  CHECK(found(R"({"Item":{"hkr":{"t":40},"alert":{"s":0}}})", "", "Item/*/hkr/t") == "40");
  CHECK(found(R"({"g":{"d":[{"id":1},{"id":2}]}})", "", "g/*/d/*/id") == "1 2");
}

TEST_CASE("scalars are members of a list where they themselves are read") {
  const char* const reply = R"({"temperatures":{"cpu":40,"disk":38}})";

  CHECK(found(reply, "", "temperatures/*", SingleElement::never) == "40 38");
  CHECK(found(reply, "", "temperatures/*", SingleElement::allowed) == R"({"cpu":40,"disk":38})");
  CHECK(value(reply, "", "temperatures/*/~") == R"("cpu")");
}

TEST_CASE("above a single element lies what would lie above its list") {
  const char* const list = R"({"box":{"id":5,"Item":[{"x":1}]}})";
  const char* const single = R"({"box":{"id":5,"Item":{"x":1}}})";
  for (const char* const reply : {list, single}) {
    CAPTURE(reply);
    CHECK(value(reply, "box/Item/*", "../../id") == "5");
    CHECK(value(reply, "box/Item/*", "~") == "0");
    CHECK(value(reply, "box/Item/*", "../~") == R"("Item")");
    CHECK(value(reply, "box/Item/*", "x") == "1");
  }
}

TEST_CASE("a made element hangs below the value that it was made of") {
  const json root = json::parse(R"({"channels":"40,41","id":7})");
  const json pieces = {"40", "41"};
  const JsonNode row = JsonNode(root).member("channels").synthetic_child(pieces[1], 1);

  CHECK(Path().value(row, nullptr) == "41");
  CHECK(Path::parse("../../id").value(row, nullptr) == 7);
  CHECK(Path::parse("~").value(row, nullptr) == 1);
  CHECK(row.parent()->value() == "40,41");
  CHECK(row.key() == 1);
  CHECK_FALSE(JsonNode(root).parent());
  CHECK_FALSE(JsonNode(root).key());
}

TEST_CASE("a variable without an iteration leads nowhere") {
  const json root = json::parse(R"({"ap":1})");

  CHECK_FALSE(Path::parse("$ap").value(JsonNode(root), nullptr));
  CHECK(Path::parse("$ap").find(JsonNode(root), nullptr).empty());
}

TEST_CASE("a key is no place") {
  CHECK(found(R"({"a":[1,2]})", "", "a/*/~") == "");
  CHECK(Path::parse("a/~").ends_in_key());
  CHECK(Path::parse("~").is_row());
  CHECK(Path().is_row());
  CHECK_FALSE(Path::parse("../~").is_row());
  CHECK_FALSE(Path::parse("$ap").is_row());
  CHECK(Path::parse("a/*").has_star());
  CHECK(Path::parse("$ap/id").variable() == "ap");
}

TEST_CASE("a malformed path is refused with the way out") {
  const std::pair<const char*, const char*> cases[] = {
      {"a//b", "path 'a//b': an empty step; steps are joined by one '/'"},
      {"/a", "path '/a': an empty step; steps are joined by one '/'"},
      {"a/", "path 'a/': an empty step; steps are joined by one '/'"},
      {"$ap/", "path '$ap/': an empty step; steps are joined by one '/'"},
      {"~/a", "path '~/a': '~', the key itself, can only be the last step"},
      {"a~", "path 'a~': '~' inside a name is written '~0', and '/' is '~1'"},
      {"a~2b", "path 'a~2b': '~' inside a name is written '~0', and '/' is '~1'"},
      {"a/$b", "path 'a/$b': a variable stands only at the start ('$name/...')"},
      {"$", "path '$': a variable needs its name ('$name/...')"},
      {"a/*/..",
       "path 'a/*/..': '..' after '*' would lead to one place many times; leave both "
       "away"},
  };

  for (const auto& [text, message] : cases) CHECK_THROWS_WITH_AS(Path::parse(text), message, Error);
}

TEST_CASE("a value prints as people write it") {
  CHECK(text_of(json::parse("null")) == "");
  CHECK(text_of(json::parse("true")) == "true");
  CHECK(text_of(json::parse("18446744073709551615")) == "18446744073709551615");
  CHECK(text_of(json::parse("-5")) == "-5");
  CHECK(text_of(json::parse("2.50")) == "2.5");
  CHECK(text_of(json::parse("5.0")) == "5");
  CHECK(text_of(json::parse(R"("a b")")) == "a b");
  CHECK(text_of(json::parse(R"({"b":[1,2],"a":null})")) == R"({"a":null,"b":[1,2]})");
  CHECK(text_of(json::array({"\xFF"})) == "[\"\xEF\xBF\xBD\"]");
}

TEST_CASE("64 levels and 10,000 rows are read in one go") {
  std::string deep, path;
  for (int i = 0; i < 64; ++i) {
    deep += "{\"a\":";
    path += i == 0 ? "a" : "/a";
  }
  CHECK(value(deep + "1" + std::string(64, '}'), "", path) == "1");

  json rows = json::array();
  for (int i = 0; i < 10'000; ++i) rows.push_back({{"id", i}});
  const auto places = Path::parse("*/id").find(JsonNode(rows), nullptr);
  REQUIRE(places.size() == 10'000);
  CHECK(places.back().value() == 9'999);
  CHECK(Path::parse("../~").value(places.back(), nullptr) == 9'999);
}

}  // namespace boxmeter::path_test
