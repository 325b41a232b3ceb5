#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret_file.h"
#include "config_folder.h"

namespace boxmeter::base_secret_file_test {

using test::ConfigFolder;
using namespace std::string_view_literals;

namespace {

std::string read(std::string_view content) {
  const ConfigFolder folder;
  folder.write("pw", content);
  try {
    return read_secret_file("pw").reveal();
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a file with a secret is read as any editor saves it") {
  CHECK(read("secret") == "secret");
  CHECK(read("secret\n") == "secret");
  CHECK(read("\xEF\xBB\xBFsecret\r\n") == "secret");
  CHECK(read("  secret \t\r\n\r\n") == "secret");
  CHECK(read("token\r\nid\r\n") == "token\nid");
  CHECK(read("gr\xC3\xBC\xC3\x9F e") == "gr\xC3\xBC\xC3\x9F e");
  CHECK(read("") == "");
}

TEST_CASE("a file that cannot hold a secret is told by name, and nothing of its content") {
  CHECK(read("\xFF\xFEs\0e\0"sv) == "'pw' is UTF-16 text; save it as UTF-8");
  CHECK(read("\xFE\xFF\0s\0e"sv) == "'pw' is UTF-16 text; save it as UTF-8");
  CHECK(read("s\0e\0"sv) ==
        "'pw' has a NUL character in it (is it UTF-16?); save it as UTF-8 text");
  CHECK(read("gr\xFC\xDF"
             "e") == "'pw' is not UTF-8 text; save it as UTF-8");
  CHECK(read(std::string(70'000, 'x')) == "'pw' is larger than 65536 bytes");
}

}  // namespace boxmeter::base_secret_file_test
