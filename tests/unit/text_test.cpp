#include "base/text.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace boxmeter::text_test {

TEST_CASE("invalid bytes become U+FFFD and valid text stays as it is") {
  CHECK(repair_utf8("Küche") == "Küche");
  CHECK(repair_utf8("K\xFC"
                    "che") ==
        "K\xEF\xBF\xBD"
        "che");
  CHECK(repair_utf8("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  CHECK(repair_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // surrogate
  CHECK(repair_utf8("\xF0\x9F\x8F\xA0") == "\xF0\x9F\x8F\xA0");
  CHECK(repair_utf8("cut \xE2\x82") == "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(is_utf8(repair_utf8("\xFF\xFE\xF5\x80")));
}

TEST_CASE("the depth of a JSON text counts what is open at once, and nothing in strings") {
  CHECK(json_depth("") == 0);
  CHECK(json_depth("17") == 0);
  CHECK(json_depth(R"({"a":[1,{"b":[]}],"c":{}})") == 4);
  CHECK(json_depth(R"(["[[[[", "\"[[[", "\\", []])") == 2);
  CHECK(json_depth("[\"never ends [[[[\\") == 1);
  CHECK(json_depth("]]][") == 1);
  CHECK(json_depth("\xEF\xBB\xBF" + std::string(1000, '[')) == 1000);
}

TEST_CASE("a typing error is told what was probably meant") {
  const std::vector<std::string> known{"interval", "timeout", "password_file"};

  CHECK(did_you_mean("intervall", known) == " (did you mean 'interval'?)");
  CHECK(did_you_mean("itnerval", known) == " (did you mean 'interval'?)");
  CHECK(did_you_mean("Timeout", known) == " (did you mean 'timeout'?)");
  CHECK(did_you_mean("colour", known) == "");
}

TEST_CASE("a file is replaced whole, with mode 0600, and read back") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("boxmeter-file-test-" + std::to_string(::getpid())) / "inner" / "token";

  write_file(path, "first");
  write_file(path, "second");

  CHECK(read_file(path) == "second");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK_THROWS_WITH_AS(read_file(path, 3),
                       ("'" + path.string() + "' is larger than 3 bytes").c_str(), Error);
  std::filesystem::remove_all(path.parent_path().parent_path());
}

TEST_CASE("a missing file is an error that names it") {
  CHECK_THROWS_WITH_AS(read_file("/nonexistent/x"),
                       "cannot read '/nonexistent/x': No such file or directory", Error);
}

TEST_CASE("a count is told with its thing, one or several") {
  CHECK(counted(0, "object", "objects") == "0 objects");
  CHECK(counted(1, "query", "queries") == "1 query");
  CHECK(counted(1234, "query", "queries") == "1234 queries");
}

}  // namespace boxmeter::text_test
