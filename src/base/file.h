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

/// Throws Error{config} if write_file() will not be allowed to write there: "cannot write in 'F':
/// Permission denied", of the first folder above it that is there.  Changes nothing; to be called
/// before something that a person would have to do again.  Any thread.
void check_writable(const std::filesystem::path& path);

/// Writes all of `content` to an open file, also when signals interrupt it.  False: errno says why,
/// and a part may have been written.  Any thread.
bool write_all(int file, std::string_view content);

/// Syncs a folder to disk, so that the names of new and renamed files in it survive a power
/// failure.  False: errno says why.  Any thread.
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

/// The paths that fit a shell's pattern, in order, but no folders; a path without a pattern is
/// itself, there or not.  Any thread; never throws.
std::vector<std::filesystem::path> files_matching(const std::string& pattern);

/// Hashes of what files held and glob patterns matched: if two of them are equal, nothing has
/// changed.
struct FileHashes {
  std::map<std::filesystem::path, std::size_t> files = {};  // hash of the content; 0: unreadable
  std::map<std::string, std::size_t> patterns = {};         // hash of the matches
  friend bool operator==(const FileHashes&, const FileHashes&) = default;
};

/// The same files and patterns, looked at now.  Compares contents, so that it does not matter how a
/// file was replaced.  Any thread; never throws.
FileHashes hash_again(const FileHashes& before);

/// As long as it lives, puts into `seen` what read_file() and files_matching() find in this thread.
/// One at a time in a thread.
class HashRecording {
 public:
  explicit HashRecording(FileHashes& seen);
  ~HashRecording();
  HashRecording(const HashRecording&) = delete;
  HashRecording& operator=(const HashRecording&) = delete;
};

/// Runs `step` with a HashRecording; `seen` is filled also when it throws.
template <typename Step>
auto recording_hashes(FileHashes& seen, Step step) {
  seen = {};
  const HashRecording notes(seen);
  return step();
}

}  // namespace boxmeter
