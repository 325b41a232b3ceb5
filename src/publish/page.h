#pragma once
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "http/server.h"
#include "publish/exposition.h"
#include "publish/gzip.h"
#include "publish/store.h"

namespace boxmeter {

/// /metrics as chunks: what render() says, with the devices' part kept for as long as the store
/// does not change, packed and unpacked, and shared by all answers.  One scrape makes it, others
/// that come meanwhile wait for it.  Any thread.  Throws nothing of ours.
class Page {
 public:
  explicit Page(const Store& store) : store_(store) {}

  /// Never empty chunks; without devices and `own` in the text format none at all.
  std::vector<http::Chunk> plain(const std::vector<Series>& own, Exposition format,
                                 Clock::time_point now);
  std::vector<http::Chunk> gzip(const std::vector<Series>& own, Exposition format,
                                Clock::time_point now);

 private:
  /// The devices' part.
  struct Kept {
    std::uint64_t generation = 0;
    Clock::time_point valid_until = {};
    http::Chunk text = {};
    std::shared_ptr<const Deflated> packed = {};  // when a client wanted it
  };

  void refresh(Kept& kept, Exposition format, Clock::time_point now) const;
  Guarded<Kept>& kept(Exposition format) {
    return format == Exposition::text ? text_ : openmetrics_;
  }

  const Store& store_;
  Guarded<Kept> text_, openmetrics_;
};

}  // namespace boxmeter
