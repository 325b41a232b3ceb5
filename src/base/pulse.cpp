#include "base/pulse.h"

namespace boxmeter {
namespace {

thread_local Pulse* of_this_thread = nullptr;

}  // namespace

Pulse::Pulse() : last_(std::chrono::steady_clock::now()) { of_this_thread = this; }

Pulse::~Pulse() { of_this_thread = nullptr; }

void Pulse::beat() noexcept {
  if (of_this_thread != nullptr) of_this_thread->last_ = std::chrono::steady_clock::now();
}

}  // namespace boxmeter
