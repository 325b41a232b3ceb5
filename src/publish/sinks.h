#pragma once
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "publish/push.h"

namespace boxmeter {

/// All destinations.  Any thread, but for update(): one call at a time.  Throws nothing of ours.
class Sinks {
 public:
  explicit Sinks(const std::vector<SinkOptions>& configured);
  /// Ends all at the same time: what is queued is tried once more (Sink::finish).
  ~Sinks();
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;

  /// From now on these: one that keeps its name and format keeps its queue and counts, those that
  /// are gone end, for which this waits at most as long as ~Sink().
  void update(const std::vector<SinkOptions>& configured);

  /// Never waits, never throws.
  void add(const SnapshotPtr& snapshot) const noexcept;
  void add(const std::string& device, const Turn& turn) const noexcept;
  std::vector<SinkStatus> status() const;

 private:
  using All = std::vector<std::shared_ptr<Sink>>;
  std::shared_ptr<const All> now() const;

  Guarded<std::shared_ptr<const All>> sinks_;  // never null
};

}  // namespace boxmeter
