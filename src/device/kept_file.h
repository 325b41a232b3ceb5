#pragma once
#include <filesystem>
#include <string_view>

namespace boxmeter {

/// Writes what can be found out anew, as write_file() does.  False: that failed, which costs no
/// more than to ask again after a restart.  The log has one line about it with the way out for all
/// files below the same FOLDER/*/NAME, however many devices there are; another one only after a
/// write there succeeded.  Any thread, one writer per file; never throws.
bool keep_file(const std::filesystem::path& file, std::string_view content);

}  // namespace boxmeter
