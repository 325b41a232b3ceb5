#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"

namespace boxmeter::sim {

/// A point in the time of a simulated box.
struct Moment {
  double seconds = 0.0;    // since it was switched on (or restarted)
  double phase = 0.0;      // 0..2 pi, so that boxes of one recording differ
  bool restarted = false;  // counters and uptimes count from 0, not from what was recorded
};

enum class Motion {
  counter,    // rises by `rate` per second, which sways by a tenth around it
  counter32,  // the same modulo 2^32
  clock,      // rises by 1 per second
  gauge,      // sways by `rate` around what was recorded
};

/// How a number moves.
struct Move {
  Motion motion = Motion::clock;
  double rate = 1.0;  // per second; of a gauge: the amplitude
};

/// The value of a recorded number at a moment.  Pure.
std::int64_t moved(std::int64_t recorded, const Move& move, const Moment& moment);

/// Recorded bandwidth of a box's internet connection, which its byte counters follow.
struct WanRates {
  double send = 40'000;  // bytes per second
  double receive = 400'000;
};

/// A recorded reply whose counters, clocks and gauges move with time.  Immutable: any thread.
class MovingText {
 public:
  /// A text without moving numbers.
  explicit MovingText(std::string text);

  /// XML: known elements move.
  static MovingText of_soap(std::string_view text, const WanRates& rates);
  /// JSON: known members move.  Other text does not.
  static MovingText of_json(std::string text);

  http::Chunk at(const Moment& moment) const;
  bool stands_still() const { return gaps_.empty(); }

 private:
  struct Gap {
    std::size_t offset = 0;  // into text_, where the number is put
    std::int64_t recorded = 0;
    Move move = {};
  };

  http::Chunk text_;
  std::vector<Gap> gaps_;
};

/// The raw text between <name> and </name>; nullopt if there is none.  Pure.
std::optional<std::string_view> element_text(std::string_view xml, std::string_view name);

}  // namespace boxmeter::sim
