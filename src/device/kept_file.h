#pragma once
#include <filesystem>
#include <string_view>

namespace boxmeter {

/// Writes a file that is only a cache, with write_file().  False: that failed; then the box is
/// asked again after a restart, nothing worse.  The first failure is logged as a warning with the
/// way out, once for all files FOLDER/*/NAME of the same FOLDER, so once for all devices; it is
/// logged again only after a write there succeeded.  Any thread, one writer per file; never throws
/// Error.
bool keep_file(const std::filesystem::path& file, std::string_view content);

}  // namespace boxmeter
