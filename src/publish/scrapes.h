#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "metric/model.h"

namespace boxmeter {

/// Who scrapes /metrics.
struct Scrape {
  std::string client = {};  // its address
  std::string agent = {};   // what it calls itself, shortened; whatever it sent
  WallClock::time_point last = {};
  std::optional<std::chrono::duration<double>> pause = {};  // between the last two
  std::chrono::duration<double> took{};                     // to make the last answer
  std::size_t bytes = 0;                                    // of it, as sent
  std::uint64_t count = 0;
};

/// The newest few clients of /metrics.  Any thread.  Throws nothing of ours.
class Scrapes {
 public:
  /// Of `scrape`, `pause` and `count` are not looked at.
  void add(Scrape scrape);
  /// The newest first.
  std::vector<Scrape> newest() const;

 private:
  Guarded<std::vector<Scrape>> all_;
};

}  // namespace boxmeter
