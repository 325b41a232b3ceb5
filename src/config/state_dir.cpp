#include "config/state_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/file.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

/// The folder itself, or the nearest one above it that exists, in which the others would be made.
fs::path nearest(fs::path path) {
  std::error_code error;
  while (!path.empty() && !fs::exists(fs::symlink_status(path, error))) {
    if (!path.has_relative_path()) break;
    path = path.parent_path();
  }
  return path.empty() ? "." : path;
}

/// Tries to write a file without a name (O_TMPFILE), so that nothing is left behind. 0, or the
/// errno.
int trial(const fs::path& folder) {
  const Descriptor file(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.is_open()) {
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) return errno;
    return ::access(folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
  }
  const std::string page(4096, ' ');
  const ssize_t written = ::write(file.get(), page.data(), page.size());
  return written < 0 || ::fsync(file.get()) != 0 ? errno : 0;
}

struct Obstacle {
  std::string why = {};
  bool is_full = false;
};

Obstacle obstacle(const fs::path& file) {
  const fs::path folder = nearest(file.has_parent_path() ? file.parent_path() : ".");
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {"'" + folder.string() + "' is not a folder"};
  const int failed = trial(folder);
  if (failed == 0) return {};
  return {.why = "cannot write in '" + folder.string() +
                 "': " + std::generic_category().message(failed),
          .is_full = failed == ENOSPC || failed == EDQUOT};
}

/// Empty if the folder is not there or cannot be read.
std::vector<fs::path> paths_in(const fs::path& folder) {
  try {
    return list_folder(folder);
  } catch (const Error&) {
    return {};
  }
}

bool is_remembered(const fs::path& key) {
  return std::ifstream(key).peek() != std::ifstream::traits_type::eof();
}

bool needs_key(const DeviceConfig& device) {
  return device.tls.mode == http::TlsMode::first_use && !device.tls.known_key.empty() &&
         !is_remembered(device.tls.known_key);
}

}  // namespace

std::string why_not_writable(const fs::path& file) { return obstacle(file).why; }

std::string unusable_state(const fs::path& state_dir, const std::vector<Job>& jobs) {
  std::map<fs::path, std::string> tried;  // a trial costs an fsync
  for (const Job& job : jobs) {
    if (!needs_key(job.device)) continue;
    const fs::path& key = job.device.tls.known_key;
    const auto [at, is_new] = tried.emplace(key.parent_path(), "");
    if (is_new) at->second = why_not_writable(key);
    const std::string& why = at->second;
    if (!why.empty())
      return "state_dir '" + state_dir.string() + "' cannot be used: " + why + "; device '" +
             job.device.name +
             "' needs it to remember the key of its box: give a folder that this user can write "
             "in, or say whom to trust with tls: {pin: \"sha256//...\"}";
  }
  return "";
}

UnusableSpool unusable_spool(const fs::path& state_dir, const std::vector<SinkOptions>& sinks) {
  for (const SinkOptions& sink : sinks) {
    if (sink.spool_folder.empty()) continue;
    const auto [why, is_full] = obstacle(sink.spool_folder / "lock");
    if (is_full)
      return {.why = "the spool of push '" + sink.name + "': " + why +
                     "; what waits is kept in memory until there is room",
              .is_temporary = true};
    if (!why.empty())
      return {.why = "state_dir '" + state_dir.string() + "' cannot be used: " + why + "; push '" +
                     sink.name +
                     "' needs it for its spool: give a folder that this user can write in, or "
                     "remove 'spool'"};
  }
  return {};
}

std::vector<std::string> forgotten_spools(const fs::path& state_dir,
                                          const std::vector<SinkOptions>& sinks) {
  std::vector<std::string> lines;
  for (const fs::path& folder : paths_in(state_dir / "spool")) {
    const auto is_segment = [](const fs::path& file) { return file.extension() == ".segment"; };
    if (std::ranges::find(sinks, folder, &SinkOptions::spool_folder) != sinks.end() ||
        std::ranges::none_of(paths_in(folder), is_segment))
      continue;
    const std::string name = folder.filename().string();
    lines.push_back("'" + folder.string() + "' is left of push '" + name +
                    "', which has no spool any more: what it did not take is not sent; give it "
                    "one again, or remove the folder");
  }
  return lines;
}

}  // namespace boxmeter
