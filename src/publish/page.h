#pragma once
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "http/server.h"
#include "publish/device_families.h"
#include "publish/exposition.h"
#include "publish/gzip.h"
#include "publish/store.h"

namespace boxmeter {

/// /metrics as chunks: what render() says, with the sections of the devices' part kept for as long
/// as nothing in them changes, packed and unpacked, and shared by all answers.  One scrape makes
/// it, others that come meanwhile wait for it.  Any thread.  Throws nothing of ours.
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
    explicit Kept(Exposition format) : families(format) {}
    std::uint64_t generation = 0;
    Clock::time_point valid_until = {};
    DeviceFamilies families;
  };

  void refresh(Kept& kept, Clock::time_point now, bool with_texts) const;
  Guarded<Kept>& kept(Exposition format) {
    return format == Exposition::text ? text_ : openmetrics_;
  }

  const Store& store_;
  Guarded<Kept> text_{Kept(Exposition::text)}, openmetrics_{Kept(Exposition::openmetrics)};
};

}  // namespace boxmeter
