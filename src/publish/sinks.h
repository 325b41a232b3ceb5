#pragma once
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "publish/push.h"

namespace boxmeter {

/// All configured sinks.  Any thread, but only one call of update() at a time.  Never throws
/// Error.
class Sinks {
 public:
  explicit Sinks(const std::vector<SinkOptions>& configured);
  /// Ends all of them at the same time (Sink::finish).
  ~Sinks();
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;

  /// Uses these from now on.  A sink that keeps its name, format and spool keeps its queue and
  /// counts; others end, for which this blocks as long as one ~Sink() at most.
  void update(const std::vector<SinkOptions>& configured);

  /// Gives a snapshot, or a turn, to each sink.  Does not block.
  void add(const SnapshotPtr& snapshot) const noexcept;
  void add(const std::string& device, const Turn& turn) const noexcept;
  std::vector<SinkStatus> status() const;

 private:
  using All = std::vector<std::shared_ptr<Sink>>;
  std::shared_ptr<const All> now() const;

  Guarded<std::shared_ptr<const All>> sinks_;  // never null
};

}  // namespace boxmeter
