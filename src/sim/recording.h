#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace boxmeter::sim {

/// A recording: a folder of replies of one box, read into memory.
struct Recording {
  std::filesystem::path folder = {};
  std::string name = {};  // the folder's
  std::string kind = {};  // fritzbox or freebox
  /// By path in the folder, "soap/DeviceInfo1.GetInfo.xml"; only .xml, .json and .txt.
  std::map<std::string, std::string, std::less<>> files = {};

  /// The content of a file; null if there is none.
  const std::string* find(std::string_view path) const;
};

/// `kind` empty: recognized by the files in the folder.  Throws Error{config}.
Recording read_recording(const std::filesystem::path& folder, const std::string& kind);

}  // namespace boxmeter::sim
