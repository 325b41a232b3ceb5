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

/// /metrics, the text of render(), as chunks.  The sections of the devices' part are cached, plain
/// and compressed, until something in them changes, and are shared by all responses.  One scrape
/// renders them; others that come meanwhile wait for it.  Any thread.  Never throws Error.
class Page {
 public:
  explicit Page(const Store& store) : store_(store) {}

  /// No chunk is empty; there is none if there are neither devices nor `own`, in the text format.
  std::vector<http::Chunk> plain(const std::vector<Series>& own, Exposition format,
                                 Clock::time_point now);
  std::vector<http::Chunk> gzip(const std::vector<Series>& own, Exposition format,
                                Clock::time_point now);

 private:
  /// The devices' part.
  struct Cached {
    explicit Cached(Exposition format) : families(format) {}
    std::uint64_t generation = 0;
    Clock::time_point valid_until = {};
    DeviceFamilies families;
  };

  void refresh(Cached& cached, Clock::time_point now, bool with_texts) const;
  Guarded<Cached>& cache(Exposition format) {
    return format == Exposition::text ? text_ : openmetrics_;
  }

  const Store& store_;
  Guarded<Cached> text_{Cached(Exposition::text)}, openmetrics_{Cached(Exposition::openmetrics)};
};

}  // namespace boxmeter
