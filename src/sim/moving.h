#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"

namespace boxmeter::sim {

/// A point in a simulated box's life.
struct Moment {
  double seconds = 0.0;    // since it was switched on (or restarted)
  double phase = 0.0;      // 0..2 pi: what makes two boxes of one recording differ
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
  double rate = 1.0;
};

std::int64_t moved(std::int64_t recorded, const Move& move, const Moment& moment);

/// Recorded bandwidth of a box's internet connection, which its byte counters follow.
struct WanRates {
  double send = 40'000;  // bytes per second
  double receive = 400'000;
};

/// A recorded reply whose numbers move.  Immutable: any thread.
class MovingText {
 public:
  /// One that stands still.
  explicit MovingText(std::string text);

  static MovingText of_soap(std::string_view text, const WanRates& rates);
  /// Text that is no JSON stands still.
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

/// What is between <name> and </name>, raw; for the few values that are needed of a recording.
std::optional<std::string_view> element_text(std::string_view xml, std::string_view name);

}  // namespace boxmeter::sim
