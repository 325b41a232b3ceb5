#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/section.h"

namespace boxmeter {

/// The devices of `device_files`, beside those of the configuration itself.  One thread at a time.
class DeviceFiles {
 public:
  /// Reads them; `known` are the keys that a device may have.  A file that cannot be read is a
  /// mistake, which is gathered in `mistakes`; a pattern without a match is a warning.
  DeviceFiles(const std::optional<Value>& patterns, const std::filesystem::path& folder, Keys known,
              std::vector<std::string>& warnings, Mistakes& mistakes);

  /// One per device, in the order of the files.  Views into documents().
  const std::vector<Value>& devices() const { return devices_; }
  const std::vector<std::shared_ptr<const Document>>& documents() const { return documents_; }
  /// All files could be read.
  bool complete() const { return complete_; }

 private:
  void read(const std::filesystem::path& file, const std::string& text, Keys known,
            Mistakes& mistakes);

  std::vector<std::shared_ptr<const Document>> documents_;
  std::vector<Value> devices_;
  bool complete_ = true;
};

/// The devices that stand in such a file: a list of them, or under `devices`.  Views into it.
/// Throws a Mistake, or gathers it in `mistakes`, if there are any.
std::vector<Value> devices_in(const Document& document, Mistakes* mistakes = nullptr);

/// A table as a list of devices: the first line names the keys, a key of a section or mapping with
/// a dot ("labels.site", "tls.verify"); an empty cell is a key that is not there, and a line of
/// empty cells none.  Cells are divided by commas, or by ';' or tabs when the first line has one
/// and no comma; in double quotes as RFC 4180 has it.  Lists ("queries") are written with blanks or
/// commas in between.  Every value has its place in the file.  Throws a Mistake; a column whose key
/// is not among `known` is gathered in `mistakes`, if there are any, and then AlreadyReported is
/// thrown.  Pure.
Document parse_csv(std::string_view text, const std::string& name, Keys known,
                   Mistakes* mistakes = nullptr);

}  // namespace boxmeter
