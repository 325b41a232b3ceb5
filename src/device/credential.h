#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "device/device.h"
#include "yaml/section.h"

// Reads passwords and tokens of a configuration, which gives them as `key: text` or as
// `key_file: path`.  Used by one thread at a time.
namespace boxmeter {

/// The text of `key`, or the content of the file that `<key>_file` names (relative to `folder`);
/// nullopt if neither key is there.  Adds a warning about a file that everybody can read.  Throws
/// Error{config} with the place and never with the content, also if both keys are there.
std::optional<Credential> read_secret(const Section& section, const std::string& key,
                                      const std::filesystem::path& folder,
                                      std::vector<std::string>& warnings);

/// The same for a secret that is one line, such as a password: throws for a file with more.
std::optional<Credential> read_secret_line(const Section& section, const std::string& key,
                                           const std::filesystem::path& folder,
                                           std::vector<std::string>& warnings);

}  // namespace boxmeter
