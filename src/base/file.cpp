#include "base/file.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/text.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* what, const fs::path& path) {
  throw Error(ErrorKind::config, std::string("cannot ") + what + " '" + path.string() +
                                     "': " + std::generic_category().message(errno));
}

/// What root creates in another user's folder must belong to that user: after `sudo boxmeter
/// doctor` the service must still be able to write its state.
void give_to_owner(const fs::path& folder, int made) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  if (::fchown(made, owner.st_uid, owner.st_gid) != 0) fail("give to its folder's owner", folder);
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

constexpr std::size_t kMostWatched = 64U << 20;

thread_local FileHashes* recorded = nullptr;

/// Never 0, which stands for what cannot be read.
std::size_t hash_of(std::string_view content) { return stable_hash(content) | 1U; }

std::string read_whole(const fs::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail("read", path);
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > limit)
      throw Error(ErrorKind::too_large,
                  "'" + path.string() + "' is larger than " + std::to_string(limit) + " bytes");
  }
}

std::vector<fs::path> matches(const std::string& pattern) {
  glob_t found = {};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): without GLOB_TILDE it reads nothing that is shared
  const int outcome = ::glob(pattern.c_str(), GLOB_NOMAGIC, nullptr, &found);
  std::vector<fs::path> files;
  for (std::size_t i = 0; outcome == 0 && i < found.gl_pathc; ++i) {
    std::error_code unknown;  // then whoever reads it tells why
    if (found.gl_pathv[i] == pattern || !fs::is_directory(found.gl_pathv[i], unknown))
      files.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return files;
}

std::size_t hash_of(const std::vector<fs::path>& files) {
  std::string names;
  for (const fs::path& file : files) names += file.string() + "\n";
  return hash_of(names);
}

}  // namespace

void make_folders(const fs::path& folder) {
  std::error_code unknown;  // not used: mkdir() reports the same error
  if (folder.empty() || fs::exists(folder, unknown)) return;
  make_folders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno != EEXIST) fail("make folder", folder);
    return;
  }
  const Descriptor made(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (made.get() >= 0) give_to_owner(folder_of(folder), made.get());
}

std::string read_file(const fs::path& path, std::size_t limit) {
  if (recorded == nullptr) return read_whole(path, limit);
  recorded->files[path] = 0;
  std::string content = read_whole(path, limit);
  recorded->files[path] = hash_of(content);
  return content;
}

std::vector<fs::path> files_matching(const std::string& pattern) {
  std::vector<fs::path> files = matches(pattern);
  if (recorded != nullptr) recorded->patterns[pattern] = hash_of(files);
  return files;
}

FileHashes hash_again(const FileHashes& before) {
  FileHashes seen;
  for (const auto& [path, hash] : before.files) {
    try {
      seen.files[path] = hash_of(read_whole(path, kMostWatched));
    } catch (const Error&) {
      seen.files[path] = 0;
    }
  }
  for (const auto& [pattern, hash] : before.patterns)
    seen.patterns[pattern] = hash_of(matches(pattern));
  return seen;
}

HashRecording::HashRecording(FileHashes& seen) { recorded = &seen; }
HashRecording::~HashRecording() { recorded = nullptr; }

void write_file(const fs::path& path, std::string_view content) {
  const fs::path folder = folder_of(path);
  make_folders(folder);
  const fs::path temporary = path.string() + ".new";
  {
    // Always a new file: a symbolic link that the folder's owner put here must not be followed,
    // since root may be writing.
    ::unlink(temporary.c_str());
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) fail("write", temporary);
    give_to_owner(folder, file.get());
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) fail("write", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail("replace", path);
  if (!sync_folder(folder)) fail("write", folder);
}

void check_writable(const fs::path& path) {
  std::error_code unknown;
  fs::path folder = folder_of(path);
  while (!fs::exists(folder, unknown) && folder != folder_of(folder)) folder = folder_of(folder);
  const bool is_folder = fs::is_directory(folder, unknown);
  if (!is_folder) errno = ENOTDIR;
  if (!is_folder || ::access(folder.c_str(), W_OK | X_OK) != 0) fail("write in", folder);
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.get() >= 0 && ::fsync(opened.get()) == 0;
}

bool file_exists(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) fail("look at", path);
  return false;
}

std::vector<fs::path> list_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    paths.push_back(entry->path());
  if (error)
    throw Error(ErrorKind::config,
                "cannot read folder '" + folder.string() + "': " + error.message());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace boxmeter
