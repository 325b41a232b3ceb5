#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "device/device.h"
#include "device/fritzbox/tr064/catalog.h"

// Keeps the catalog of a box in a file, since reading it from the box takes some fifty requests.
namespace boxmeter::fritzbox {

/// The file for one host below `folder`: "192_0_2_1.json".  Pure.
std::filesystem::path cache_file(const std::filesystem::path& folder, const std::string& host);

/// A catalog, with the SCPDs loaded so far, as JSON, and back.  from_cache() throws Error{protocol}
/// for a text that is damaged or of another version of boxmeter.  Any thread.
std::string to_cache(const Catalog& catalog);
CatalogPtr from_cache(std::string_view text);

/// The cache file of one box, Options::api_cache.  If it is missing, damaged or cannot be written,
/// that is logged and everything is read from the box.  Throws Error only if `stop` ended the
/// request.  One thread at a time.
class Cache {
 public:
  Cache(const DeviceConfig& config, http::Stop& stop);

  /// Null if there is nothing valid in the file, or it is of another model or firmware than the box
  /// has now: that takes one request to the box, unless Options::verify_api_cache is false.
  CatalogPtr load();
  /// The file has turned out to be wrong: load() returns null until the next save().
  void invalidate() { valid_ = false; }
  /// Writes the file if it would change.
  void save(const Catalog& catalog);

 private:
  bool is_current(const Catalog& catalog);

  std::string device_;
  std::filesystem::path file_;  // empty: nothing is kept
  bool verify_;
  bool valid_ = true;
  std::size_t written_ = 0;  // hash of the text in the file
  std::string boxinfo_url_;
  std::chrono::milliseconds timeout_;
  http::TlsPolicy tls_;
  http::Stop& stop_;
};

/// Whether this jason_boxinfo.xml (which every box serves without a login) names the model and
/// firmware of the catalog.  Pure; false for any other document.
bool matches(const Catalog& catalog, std::string_view boxinfo);

}  // namespace boxmeter::fritzbox
