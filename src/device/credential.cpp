#include "device/credential.h"

#include "base/secret_file.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

bool is_open_to_all(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return !error && (status.permissions() & fs::perms::others_read) != fs::perms::none;
}

}  // namespace

std::optional<Credential> read_secret(const Section& section, const std::string& key,
                                      const fs::path& folder, std::vector<std::string>& warnings) {
  const auto text = section.find(key);
  const auto file = section.find(key + "_file");
  if (text && file)
    throw section.key(key + "_file")
        .problem("'" + key + "' and '" + key + "_file' exclude each other; keep one");
  if (text) {
    Credential credential{.value = Secret(text->text())};
    if (credential.value.empty()) throw text->problem("'" + key + "' is empty");
    if (text->is_cut_by_comment())
      warnings.push_back(text->place() + ": a comment begins at the ' #' in '" + key +
                         "'; put the value in quotes if that belongs to it");
    return credential;
  }
  if (!file) return std::nullopt;
  const fs::path path = find_secret_file(file->text(), folder);
  Secret content = file->placed([&] { return read_secret_file(path); });
  if (content.empty()) throw file->problem("'" + path.string() + "' is empty");
  if (is_open_to_all(path))
    warnings.push_back(file->place() + ": every user of this machine can read '" + path.string() +
                       "' (chmod o-r it)");
  return Credential{.value = std::move(content), .file = path};
}

std::optional<Credential> read_secret_line(const Section& section, const std::string& key,
                                           const fs::path& folder,
                                           std::vector<std::string>& warnings) {
  auto credential = read_secret(section, key, folder, warnings);
  if (!credential || credential->file.empty()) return credential;
  if (credential->value.reveal().find('\n') != std::string::npos)
    throw section.required(key + "_file")
        .problem("'" + credential->file.string() + "' must hold one line, the " + key);
  return credential;
}

}  // namespace boxmeter
