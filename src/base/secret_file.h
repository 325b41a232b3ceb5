#pragma once
#include <filesystem>

#include "base/secret.h"

namespace boxmeter {

/// The text of a file that holds a password or a token, as editors of any system save it: without
/// the byte order mark of UTF-8, with '\n' at the ends of lines, and without white space at either
/// end of the whole.  Throws Error{config}, which names the file and tells nothing of its content,
/// when it cannot be read, has more than 64 KiB or a NUL, or is UTF-16 or anything but UTF-8.  An
/// empty file is an empty secret.  Any thread.
Secret read_secret_file(const std::filesystem::path& path);

}  // namespace boxmeter
