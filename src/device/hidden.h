#pragma once
#include <set>
#include <string>

#include "device/device.h"

namespace boxmeter {

/// A Device that removes secrets from its replies also derives from this if it can say which: the
/// command line shows that to the person who asked.  One thread at a time, like the device.
class Hides {
 public:
  virtual ~Hides() = default;
  /// The names of the members that were removed from the last reply.
  virtual const std::set<std::string>& hidden() const = 0;
};

/// The same for any device; empty for one that does not derive from Hides.
inline std::set<std::string> hidden_by(const Device& device) {
  const auto* const hides = dynamic_cast<const Hides*>(&device);
  return hides == nullptr ? std::set<std::string>{} : hides->hidden();
}

}  // namespace boxmeter
