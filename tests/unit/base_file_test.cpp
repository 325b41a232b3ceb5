#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "error_of.h"

namespace boxmeter::base_file_test {

using testing::error_of;
namespace fs = std::filesystem;

namespace {

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = "/tmp/boxmeter-file-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("what cannot be known of a file is an Error, no foreign exception") {
  const Folder folder;
  const fs::path loop = folder.path() / "loop";
  fs::create_symlink("loop", loop);

  CHECK(file_exists(folder.path()));
  CHECK(!file_exists(folder.path() / "nothing"));
  CHECK(!file_exists(folder.path() / "nothing/below"));
  CHECK(error_of([&] { file_exists(loop / "x"); }) == "config: cannot look at '" +
                                                          (loop / "x").string() +
                                                          "': Too many levels of symbolic links");
}

TEST_CASE("a folder is listed in order, or told not to be readable") {
  const Folder folder;
  for (const auto* name : {"b", "a", "c"}) write_file(folder.path() / name, "");

  const auto paths = list_folder(folder.path());
  CHECK(paths == std::vector{folder.path() / "a", folder.path() / "b", folder.path() / "c"});
  const auto missing = folder.path() / "nothing";
  CHECK(error_of([&] { list_folder(missing); }) ==
        "config: cannot read folder '" + missing.string() + "': No such file or directory");
}

}  // namespace boxmeter::base_file_test
