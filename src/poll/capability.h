#pragma once
#include <string>
#include <utility>

#include "metric/model.h"

namespace boxmeter {

/// Whether one box supports one request, and when to ask again if it does not.  Pure: time is an
/// argument.
class Capability {
 public:
  Capability() = default;
  /// As read from a file: refused `refusals` times in a row.
  Capability(Support support, std::string reason, unsigned refusals, Clock::time_point ask_again)
      : support_(support), reason_(std::move(reason)), ask_again_(ask_again), refusals_(refusals) {}

  Support support() const { return support_; }
  const std::string& reason() const { return reason_; }

  unsigned refusals() const { return refusals_; }
  Clock::time_point ask_again() const { return ask_again_; }

  /// False while a refusal (unsupported, denied) is remembered: 5 minutes, doubling to an hour.
  bool worth_asking(Clock::time_point now) const { return now >= ask_again_; }

  void answered();
  void refused(Refusal refusal, std::string reason, Clock::time_point now);
  /// Any other failure: asked again as usual.
  void failed() { support_ = Support::failing; }
  /// The box restarted, changed its firmware, or its internet connection came up.
  void ask_at_once();

 private:
  Support support_ = Support::supported;
  std::string reason_;
  Clock::time_point ask_again_{};
  unsigned refusals_ = 0;
};

}  // namespace boxmeter
