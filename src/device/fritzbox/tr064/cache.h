#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "device/device.h"
#include "device/fritzbox/tr064/catalog.h"

// What a box can be asked, kept in a file: reading it from the box takes some fifty requests.
namespace boxmeter::fritzbox {

/// The file of one address below `folder`: "192_0_2_1.json".  Pure.
std::filesystem::path cache_file(const std::filesystem::path& folder, const std::string& host);

/// A catalog with the SCPDs that it has so far, as JSON, and back.  Pure.  from_cache() throws
/// Error{protocol} for a text that is damaged or of another version of ours.
std::string to_cache(const Catalog& catalog);
CatalogPtr from_cache(std::string_view text);

/// The file of one box: Options::api_cache.  A file that is missing, damaged or cannot be
/// written costs what it would have saved, and a line in the log; never an Error, but when `stop`
/// ended the request.  One thread at a time.
class Cache {
 public:
  Cache(const DeviceConfig& config, http::Stop& stop);

  /// Null when nothing is kept, or (one request to the box, unless told not to verify) when it is
  /// not of the box as it is now.
  CatalogPtr load();
  /// What is kept has turned out to be wrong: load() gives nothing until the next save().
  void distrust() { trusted_ = false; }
  /// Writes the file if it would change.
  void save(const Catalog& catalog);

 private:
  bool is_current(const Catalog& catalog);

  std::string device_;
  std::filesystem::path file_;  // empty: nothing is kept
  bool verify_;
  bool trusted_ = true;
  std::size_t written_ = 0;  // hash of the text in the file
  std::string boxinfo_url_;
  std::chrono::milliseconds timeout_;
  http::TlsPolicy tls_;
  http::Stop& stop_;
};

/// Whether jason_boxinfo.xml speaks of the model and firmware of the catalog.  Pure; false for what
/// is no such document.
bool is_of(const Catalog& catalog, std::string_view boxinfo);

}  // namespace boxmeter::fritzbox
