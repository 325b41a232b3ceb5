#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace boxmeter {

/// The whole file.  Throws Error{config} ("cannot read 'F': No such file or directory") and, above
/// `limit` bytes, Error{too_large}.  Any thread.
std::string read_file(const std::filesystem::path& path, std::size_t limit = 4U << 20);

/// Replaces the file whole or not at all, also when the machine dies in the middle: a temporary
/// file of mode 0600 beside it, fsync, rename, fsync of the folder.  Missing folders are made with
/// mode 0700.  Throws Error{config}.  Any thread, one writer per path.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace boxmeter
