#pragma once
#include <filesystem>
#include <iosfwd>

#include "base/secret.h"

namespace boxmeter {

/// Where the file is that a configuration in `folder` calls `named`: a relative path is sought in
/// $CREDENTIALS_DIRECTORY first, where systemd puts what LoadCredential= names, so that one
/// configuration serves inside and outside the unit.  Of a folder that is loaded whole, the file
/// credentials/home.password is there as credentials_home.password (systemd.exec(5)).  Any thread;
/// never throws.
std::filesystem::path find_secret_file(const std::filesystem::path& named,
                                       const std::filesystem::path& folder);

/// The text of a file that holds a password or a token, as editors of any system save it: without
/// the byte order mark of UTF-8, with '\n' at the ends of lines, and without white space at either
/// end of the whole.  Throws Error{config}, which names the file and nothing of its content, when
/// it cannot be read, has more than 64 KiB or a NUL, or is UTF-16 or anything but UTF-8.  An empty
/// file is an empty secret.  Any thread.
Secret read_secret_file(const std::filesystem::path& path);

/// The same of the standard input, all of it.  Not by /dev/stdin: where another user began the
/// pipe, as for a container, that may not be opened once more.
Secret read_secret(std::istream& in);

}  // namespace boxmeter
