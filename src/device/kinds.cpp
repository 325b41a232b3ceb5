#include "device/kinds.h"

#include <vector>

#include "base/text.h"
#include "device/freebox/freebox.h"
#include "device/fritzbox/fritzbox.h"

namespace boxmeter {

std::span<const DeviceKind> device_kinds() {
  static const DeviceKind kKinds[] = {fritzbox::kKind, freebox::kKind};
  return kKinds;
}

const DeviceKind& find_kind(std::string_view name) {
  std::vector<std::string> known;
  for (const DeviceKind& kind : device_kinds()) {
    if (kind.name == name) return kind;
    known.emplace_back(kind.name);
  }
  throw Error(ErrorKind::config,
              "unknown device kind '" + std::string(name) + "' (known: " + joined(known) + ")");
}

}  // namespace boxmeter
