#include "poll/capability.h"

#include <algorithm>

namespace boxmeter {

void Capability::answered() { *this = Capability(); }

void Capability::refused(Refusal refusal, std::string reason, Clock::time_point now) {
  using std::chrono::minutes;
  if (refusal == Refusal::idle) {
    answered();
    support_ = Support::idle;
    return;
  }
  support_ = refusal == Refusal::denied ? Support::denied : Support::unsupported;
  reason_ = std::move(reason);
  ask_again_ = now + std::min(minutes(60), minutes(5) * (1 << std::min(refusals_, 4U)));
  ++refusals_;
}

void Capability::ask_at_once() {
  refusals_ = 0;
  ask_again_ = {};
}

}  // namespace boxmeter
