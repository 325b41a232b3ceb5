#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "config/state_dir.h"

namespace boxmeter::config_state_dir_test {

namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("boxmeter-state-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::vector<Job> with_key(const fs::path& key) {
  return {{.device = {.name = "home",
                      .url = "https://127.0.0.1:49443",
                      .tls = {.mode = http::TlsMode::first_use, .known_key = key}},
           .queries = {}}};
}

}  // namespace

TEST_CASE("a folder for state that is a file is found before the start, with the way out") {
  const Folder folder;
  const fs::path state = folder.path / "state";
  write_file(state, "x");

  CHECK(unusable_state(state, with_key(state / "pins" / "home")) ==
        "state_dir '" + state.string() + "' cannot be used: '" + state.string() +
            "' is not a folder; device 'home' needs it to remember the key of its box: give a "
            "folder that this user can write in, or say whom to trust with tls: {pin: "
            "\"sha256//...\"}");
}

TEST_CASE("a folder for state that is not there yet is as good as made, and is not made") {
  const Folder folder;
  const fs::path state = folder.path / "state";

  CHECK(unusable_state(state, with_key(state / "pins" / "home")) == "");
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("a folder for state costs nothing where no key has to be remembered") {
  const Folder folder;
  const fs::path state = folder.path / "state";
  write_file(state, "x");
  write_file(folder.path / "pins" / "home", "sha256//key\n");

  CHECK(unusable_state(state, {{.device = {.name = "http"}, .queries = {}}}) == "");
  CHECK(unusable_state(state, with_key(folder.path / "pins" / "home")) == "");
}

}  // namespace boxmeter::config_state_dir_test
