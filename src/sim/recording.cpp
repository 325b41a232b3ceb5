#include "sim/recording.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"

namespace boxmeter::sim {
namespace {

constexpr std::size_t kMaxFile = 16U << 20;

std::string kind_of(const Recording& recording) {
  if (recording.find("tr64desc.xml") || recording.find("igddesc.xml")) return "fritzbox";
  const auto in_get = [](const auto& file) { return file.first.starts_with("get/"); };
  if (recording.find("api_version.json") || std::ranges::any_of(recording.files, in_get))
    return "freebox";
  throw Error(ErrorKind::config, "'" + recording.folder.string() +
                                     "' is not a recording (a Fritz!Box's has tr64desc.xml, a "
                                     "Freebox's api_version.json or get/)");
}

/// Every file of a known kind below `folder`.
void read_folder(const std::filesystem::path& folder, Recording& recording) {
  for (const auto& path : list_folder(folder)) {
    constexpr std::string_view kEndings[] = {".xml", ".json", ".txt"};
    std::error_code unknown;
    if (std::filesystem::is_directory(std::filesystem::symlink_status(path, unknown)))
      read_folder(path, recording);
    else if (std::ranges::find(kEndings, path.extension().string()) != std::end(kEndings) &&
             std::filesystem::is_regular_file(path, unknown))
      recording.files[path.lexically_relative(recording.folder).generic_string()] =
          read_file(path, kMaxFile);
  }
}

}  // namespace

const std::string* Recording::find(std::string_view path) const {
  const auto found = files.find(path);
  return found == files.end() ? nullptr : &found->second;
}

Recording read_recording(const std::filesystem::path& folder, const std::string& kind) {
  std::error_code error;
  const auto whole = std::filesystem::canonical(folder, error);
  if (error || !std::filesystem::is_directory(whole, error))
    throw Error(ErrorKind::config, "no recording '" + folder.string() + "': not a folder");
  Recording recording{.folder = whole, .name = whole.filename().string()};
  read_folder(whole, recording);
  recording.kind = kind.empty() ? kind_of(recording) : kind;
  return recording;
}

}  // namespace boxmeter::sim
