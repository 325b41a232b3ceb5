#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Files, with our errors: std::filesystem's own exceptions must not leave a function that promises
// Error, so its throwing forms are used nowhere.
namespace boxmeter {

/// The whole file.  Throws Error{config} ("cannot read 'F': No such file or directory") and, above
/// `limit` bytes, Error{too_large}.  Any thread.
std::string read_file(const std::filesystem::path& path, std::size_t limit = 4U << 20);

/// Replaces the file whole or not at all, also when the machine dies in the middle: a temporary
/// file of mode 0600 beside it, fsync, rename, fsync of the folder.  Missing folders are made with
/// mode 0700.  What root makes gets the owner of the folder it is in.  Throws Error{config}.  Any
/// thread, one writer per path.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Writes all of `content` to an open file, whatever interrupts.  False: errno says why, and a part
/// may have been written.  Any thread.
bool write_all(int file, std::string_view content);

/// Has the names of the folder's files on disk.  False: errno says why.  Any thread.
bool sync_folder(const std::filesystem::path& folder);

/// Makes the folder and those above it that are missing, with mode 0700; what root makes gets the
/// owner of the folder it is in.  Throws Error{config}.
void make_folders(const std::filesystem::path& folder);

/// Whether anything is at `path`.  Throws Error{config} when that cannot be known: "cannot look at
/// 'F': Permission denied".  Any thread.
bool file_exists(const std::filesystem::path& path);

/// The paths of all that is in the folder, in order.  Throws Error{config}: "cannot read folder
/// 'F': Permission denied".  Any thread.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

/// The paths that fit a shell's pattern, in order; a path without a pattern is itself, there or
/// not.  Any thread; never throws.
std::vector<std::filesystem::path> files_matching(const std::string& pattern);

/// Files and patterns with the content, or the matches, that were found there.
struct FilesSeen {
  std::map<std::filesystem::path, std::size_t> files = {};  // hash of the content; 0: unreadable
  std::map<std::string, std::size_t> patterns = {};         // hash of the matches
  friend bool operator==(const FilesSeen&, const FilesSeen&) = default;
};

/// What is found at the same files and patterns now: whatever way a file was replaced, its content
/// counts.  Any thread; never throws.
FilesSeen look_again(const FilesSeen& before);

/// Notes what read_file() and files_matching() find in this thread for as long as it lives.  One at
/// a time in a thread.
class NotingFiles {
 public:
  explicit NotingFiles(FilesSeen& seen);
  ~NotingFiles();
  NotingFiles(const NotingFiles&) = delete;
  NotingFiles& operator=(const NotingFiles&) = delete;
};

/// Runs `step`; `seen` is what was found meanwhile, also when it throws.
template <typename Step>
auto noting(FilesSeen& seen, Step step) {
  seen = {};
  const NotingFiles notes(seen);
  return step();
}

}  // namespace boxmeter
