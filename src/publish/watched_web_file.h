#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "publish/web_file.h"

namespace boxmeter {

/// A web file that is read again when it, or a file that it names, has changed.  at() checks that
/// with stat(), at most once a second; since that follows links, changes of a Kubernetes volume are
/// seen too. If the new file is wrong, the old one stays in use, and the mistakes are logged once.
/// Any thread.
class WatchedWebFile {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// An empty path: neither TLS nor users.  Throws ConfigMistakes.
  explicit WatchedWebFile(const std::filesystem::path& file);

  /// The file that is in use; never null.  Never throws Error.
  std::shared_ptr<const WebFile> at(Time now);

 private:
  using Stamp = std::vector<std::int64_t>;
  /// The files that were read last, and their stamp then.
  struct LastRead {
    std::vector<std::filesystem::path> sources = {};
    Stamp stamp = {};
  };
  static Stamp stamp_of(const std::vector<std::filesystem::path>& files);
  void read_if_changed();

  const std::filesystem::path file_;
  Guarded<std::shared_ptr<const WebFile>> current_;
  std::atomic<Time> next_look_ = Time{};
  Guarded<LastRead> last_read_;  // locked while the file is read
};

}  // namespace boxmeter
