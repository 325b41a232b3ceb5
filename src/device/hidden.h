#pragma once
#include <set>
#include <string>

#include "device/device.h"

namespace boxmeter {

/// A Device that takes secrets out of its replies, and can say which: the command line tells it to
/// the person who asked.
class Hides {
 public:
  virtual ~Hides() = default;
  /// The names of what was left out of the last reply.
  virtual const std::set<std::string>& hidden() const = 0;
};

/// Of any device: nothing for one that hides nothing.
inline std::set<std::string> hidden_by(const Device& device) {
  const auto* const hides = dynamic_cast<const Hides*>(&device);
  return hides == nullptr ? std::set<std::string>{} : hides->hidden();
}

}  // namespace boxmeter
