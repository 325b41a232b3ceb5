#include "base/heartbeat.h"

namespace boxmeter {
namespace {

thread_local Heartbeat* of_this_thread = nullptr;

}  // namespace

Heartbeat::Heartbeat() : last_(std::chrono::steady_clock::now()) { of_this_thread = this; }

Heartbeat::~Heartbeat() { of_this_thread = nullptr; }

void Heartbeat::beat() noexcept {
  if (of_this_thread != nullptr) of_this_thread->last_ = std::chrono::steady_clock::now();
}

}  // namespace boxmeter
