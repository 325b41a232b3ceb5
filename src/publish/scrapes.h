#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "metric/model.h"

namespace boxmeter {

/// A client that scrapes /metrics.
struct Scrape {
  std::string client = {};  // its address
  std::string agent = {};   // its User-Agent, shortened; any text
  WallClock::time_point last = {};
  std::optional<std::chrono::duration<double>> pause = {};  // between the last two
  std::chrono::duration<double> took{};                     // to make the last response
  std::size_t bytes = 0;                                    // of the last response, as sent
  std::uint64_t count = 0;
};

/// The last few clients of /metrics.  Any thread.  Never throws Error.
class Scrapes {
 public:
  /// `pause` and `count` of `scrape` are ignored.
  void add(Scrape scrape);
  /// The newest first.
  std::vector<Scrape> newest() const;

 private:
  Guarded<std::vector<Scrape>> all_;
};

}  // namespace boxmeter
