#include "device/kept_file.h"

#include <set>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/guarded.h"
#include "base/log.h"

namespace boxmeter {
namespace {

Guarded<std::set<std::filesystem::path>>& warned_about() {
  static Guarded<std::set<std::filesystem::path>> folders;
  return folders;
}

}  // namespace

bool keep_file(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path folder = file.parent_path().parent_path();
  try {
    write_file(file, content);
    warned_about().with([&](auto& folders) { folders.erase(folder); });
    return true;
  } catch (const Error& error) {
    const bool is_first =
        warned_about().with([&](auto& folders) { return folders.insert(folder).second; });
    log_event(is_first ? LogLevel::warn : LogLevel::debug,
              std::string("what boxes lack and how they are asked is not kept, but found out anew "
                          "after a restart: ") +
                  error.what() + "; 'state_dir' needs a folder that this user can write in");
    return false;
  }
}

}  // namespace boxmeter
