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

/// A web file that is read again when it changes, or one that it names: looked at when it is asked
/// for, at most once a second, by what the system says of the files (so a Kubernetes volume, whose
/// links move, is seen too).  One that is wrong changes nothing and is told once.  Any thread.
class WatchedWebFile {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Without a path: neither TLS nor users.  Throws ConfigMistakes.
  explicit WatchedWebFile(const std::filesystem::path& file);

  std::shared_ptr<const WebFile> at(Time now);

 private:
  using Stamp = std::vector<std::int64_t>;
  struct Seen {
    std::vector<std::filesystem::path> sources = {};
    Stamp stamp = {};
  };
  static Stamp stamp_of(const std::vector<std::filesystem::path>& files);
  void look();

  const std::filesystem::path file_;
  Guarded<std::shared_ptr<const WebFile>> current_;
  std::atomic<Time> next_look_ = Time{};
  Guarded<Seen> seen_;  // also held while the file is read
};

}  // namespace boxmeter
