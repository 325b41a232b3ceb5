#include <doctest/doctest.h>

#include <string>

#include "config_folder.h"
#include "yaml/section.h"
#include "yaml/yaml.h"

namespace boxmeter::config_yaml_test {

using test::Variable;

namespace {

std::string complaint(std::string_view text) {
  try {
    parse_yaml(text, "f.yml");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

/// The one value of `a: ...`.
std::string value_of(const std::string& yaml) {
  const Document document = parse_yaml("a: " + yaml, "f.yml");
  return Section(Value(document), {"a"}).required("a").text();
}

}  // namespace

TEST_CASE("scalars keep the text of the file") {
  for (const char* const text : {"2400", "2.4GHz", "007", "1e3", "yes", "0x10", "$ap/id", "=1",
                                 "-x", "12:30", "a#b", "../..", "true"})
    CHECK(value_of(text) == text);
  CHECK(value_of("\"*\"") == "*");
  CHECK(value_of("'it''s'") == "it's");
}

TEST_CASE("environment variables are replaced in values and nothing else of a value changes") {
  const Variable one("BOXMETER_TEST_ONE", "1st");
  const Variable nested("BOXMETER_TEST_NESTED", "${BOXMETER_TEST_ONE}: [x]");

  CHECK(value_of("${BOXMETER_TEST_ONE}") == "1st");
  CHECK(value_of("a${BOXMETER_TEST_ONE}b${BOXMETER_TEST_ONE}") == "a1stb1st");
  CHECK(value_of("${BOXMETER_TEST_NESTED}") == "${BOXMETER_TEST_ONE}: [x]");
  CHECK(value_of("$${BOXMETER_TEST_ONE}") == "${BOXMETER_TEST_ONE}");
  CHECK(value_of("pa$$word$1") == "pa$$word$1");
  CHECK(value_of("$radio/id") == "$radio/id");
  CHECK_THROWS_WITH_AS(
      value_of("x${BOXMETER_TEST_NONE}"),
      "f.yml:1:4: environment variable 'BOXMETER_TEST_NONE' is not set (write '$${' for the two "
      "characters '${')",
      Error);
  CHECK_THROWS_WITH_AS(value_of("${BOXMETER_TEST_ONE:-x}"),
                       "f.yml:1:4: '${' begins an environment variable such as ${NAME} (write "
                       "'$${' for the two characters)",
                       Error);
}

TEST_CASE("an alias bomb, anchors, tags and a second document are refused") {
  CHECK(complaint("a: &a [x]\nb: *a\n") ==
        "f.yml:1:4: anchors are not supported: write the value out, or put a text that begins with "
        "'&' in quotes");
  CHECK(complaint("a: *b\n").starts_with("f.yml:1:4: "));
  CHECK(complaint("a: !!int 1\n") ==
        "f.yml:1:4: a text that begins with '!' is a tag of YAML; put it in quotes");
  CHECK(complaint("a: 1\n---\nb: 2\n") ==
        "f.yml:2:1: a second document; one file is one configuration (remove the '---')");
  CHECK(complaint("---\na: 1\n...\n") == "");
}

TEST_CASE("nesting is taken up to 32 levels") {
  CHECK(complaint(std::string(32, '[') + std::string(32, ']')) == "");
  CHECK(complaint(std::string(33, '[') + std::string(33, ']')) ==
        "f.yml:1:33: nested deeper than 32 levels");
}

TEST_CASE("a quote that is never closed does not swallow the rest of the file") {
  CHECK(complaint("a: \"x\nb: y\n") == "f.yml:1:1: a quote or bracket near here is never closed");
  CHECK(complaint("a: 'x\nb: y\n") == "f.yml:1:1: a quote or bracket near here is never closed");
  CHECK(complaint("a: [x,\n") == "f.yml:1:5: a quote or bracket near here is never closed");
}

TEST_CASE("a key that stands twice is refused at any level, also in other spellings") {
  const Document document = parse_yaml("{b: 1, 'b': 2}\n", "f.yml");
  CHECK_THROWS_WITH_AS(Value(document).entries(), "f.yml:1:8: 'b' is given twice (first in line 1)",
                       Error);
  CHECK(complaint("? [x]\n: 1\n") == "f.yml:1:3: a key must be a plain word; put it in quotes");
}

TEST_CASE("a byte order mark and the line ends of Windows are taken") {
  const Document document = parse_yaml(
      "\xEF\xBB\xBF"
      "a: x\r\nb: y\r\n",
      "f.yml");
  const Section section(Value(document), {"a", "b"});

  CHECK(section.required("a").text() == "x");
  CHECK(section.required("b").text() == "y");
}

TEST_CASE("a comment alone is an empty document") {
  CHECK(parse_yaml("# nothing\n", "f.yml").root.kind == YamlNode::Kind::null);
  CHECK(parse_yaml("", "f.yml").root.kind == YamlNode::Kind::null);
}

TEST_CASE("no way to break the YAML of a password shows it") {
  constexpr Key kLogin[] = {
      {.name = "user", .type = KeyType::text, .help = "The user"},
      {.name = "password", .type = KeyType::text, .help = "The password", .secret = true},
  };
  const auto all_complaints = [&](const std::string& yaml) {
    Mistakes mistakes;
    std::string password;
    mistakes.collect([&] {
      const Document document = parse_yaml(yaml, "f.yml");
      const Section section(Value(document, &mistakes), kLogin);
      section.text("user");
      password = section.text("password").value_or("");
    });
    try {
      mistakes.throw_if_any();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return "read: " + password;
  };

  for (const char* const begin :
       {"!", "!!", "!<", "@",  "%",   "`",      "*",     "&",    "{", "[",  "\"", "'",
        "|", "> ", "- ", "? ", "a: ", "x, y: ", "\"\\q", "{a: ", "[", "\t", "#"})
    for (const char* const end : {"", "\"", "'", "}", "]", ": x", "\nuser: y", ", z: 1}", " #x"})
      for (const char* const key :
           {"password: ", "password:", "password ", "password:\n", "user: x\n ",
            "{password: ", "user: x\n  password ", "user: \"x\n password: "}) {
        const std::string yaml = std::string(key) + begin + "Hunter2" + end + "\n";
        CAPTURE(yaml);
        const std::string said = all_complaints(yaml);
        CHECK((said.starts_with("read: ") || said.find("Hunter2") == std::string::npos));
      }
  for (const char* const begin : {"!", "@", "%", "`"}) {
    const std::string said = all_complaints("password: " + std::string(begin) + "Hunter2\n");
    CHECK(said.find("put it in quotes") != std::string::npos);
  }
  CHECK(all_complaints("user: x\npassword: Hun,ter2\n") == "read: Hun,ter2");
}

TEST_CASE("a text that goes on in the next line is taken where several lines are welcome only") {
  const Document document = parse_yaml("a: one\n  two\nb: x\n", "f.yml");
  const Section section(Value(document), {"a", "b"});

  CHECK(section.required("a").prose() == "one two");
  CHECK_THROWS_WITH_AS(
      section.required("a").text(),
      "f.yml:1:4: 'a' goes on in the next line: is a ':' missing there, or a blank "
      "behind it, or a quote at the end of this line?",
      Error);
}

TEST_CASE("a value that ends at what looks like a part of it is known") {
  const auto is_cut = [](const std::string& yaml) {
    const Document document = parse_yaml(yaml, "f.yml");
    return Section(Value(document), {"a"}).required("a").is_cut_by_comment();
  };

  CHECK(is_cut("a: pa #ss\n"));
  CHECK(!is_cut("a: pa # a comment\n"));
  CHECK(!is_cut("a: pa#ss\n"));
  CHECK(!is_cut("a: \"pa #ss\"\n"));
}

}  // namespace boxmeter::config_yaml_test
