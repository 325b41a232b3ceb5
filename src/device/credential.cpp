#include "device/credential.h"

#include "base/file.h"
#include "base/text.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 64U << 10;

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
    return credential;
  }
  if (!file) return std::nullopt;
  const fs::path path = folder / file->text();
  const std::string content = file->placed([&] { return read_file(path, kMostBytes); });
  if (trim(content).empty()) throw file->problem("'" + path.string() + "' is empty");
  if (is_open_to_all(path))
    warnings.push_back(file->place() + ": every user of this machine can read '" + path.string() +
                       "' (chmod o-r it)");
  return Credential{.value = Secret(content), .file = path};
}

std::optional<Credential> read_secret_line(const Section& section, const std::string& key,
                                           const fs::path& folder,
                                           std::vector<std::string>& warnings) {
  auto credential = read_secret(section, key, folder, warnings);
  if (!credential || credential->file.empty()) return credential;
  const std::string_view line = trim(credential->value.reveal());
  if (line.find('\n') != std::string_view::npos)
    throw section.required(key + "_file")
        .problem("'" + credential->file.string() + "' must hold one line, the " + key);
  credential->value = Secret(std::string(line));
  return credential;
}

}  // namespace boxmeter
