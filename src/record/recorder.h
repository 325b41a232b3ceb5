#pragma once
#include <functional>
#include <string>
#include <vector>

#include "device/kinds.h"
#include "record/scrub.h"

namespace boxmeter::record {

/// Told after every question: how many were asked, of how many known so far, the question, and why
/// it was not answered (empty: it was).
struct Step {
  std::size_t asked = 0;
  std::size_t known = 0;
  std::string question = {};
  std::string problem = {};
};
using OnStep = std::function<void(const Step&)>;

/// Asks a box everything that its brand knows to ask, one request at a time, and returns what it
/// said, byte by byte.  A question that fails costs only itself.  Throws Error where the box lets
/// nobody in, and where it has not answered kPatience questions in a row.
std::vector<File> asked_everything(const DeviceConfig& config, const DeviceKind& kind,
                                   http::Stop& stop, const OnStep& on_step);
constexpr int kPatience = 3;

}  // namespace boxmeter::record
