#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "device/device.h"
#include "yaml/section.h"

// How a password or a token stands in a configuration.
namespace boxmeter {

/// The file of `<key>_file`, read, or the text of `key`; both at once are refused.  Warns of a file
/// that everybody can read.  Throws Error{config} with the place and never with the content.
std::optional<Credential> read_secret(const Section& section, const std::string& key,
                                      const std::filesystem::path& folder,
                                      std::vector<std::string>& warnings);

/// The same where the file holds one line.
std::optional<Credential> read_secret_line(const Section& section, const std::string& key,
                                           const std::filesystem::path& folder,
                                           std::vector<std::string>& warnings);

}  // namespace boxmeter
