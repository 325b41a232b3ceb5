#include "device/kinds.h"

#include <vector>

#include "base/text.h"
#include "device/freebox/freebox.h"
#include "device/fritzbox/fritzbox.h"

namespace boxmeter {

std::vector<std::string> words(std::span<const Verb> verbs) {
  std::vector<std::string> words;
  for (const Verb& verb : verbs) words.emplace_back(verb.word);
  return words;
}

DeviceKinds shipped_kinds() {
  static const DeviceKind kKinds[] = {fritzbox::kKind, freebox::kKind};
  return kKinds;
}

const DeviceKind& find_kind(DeviceKinds kinds, std::string_view name) {
  std::vector<std::string> known;
  for (const DeviceKind& kind : kinds) {
    if (kind.name == name) return kind;
    known.emplace_back(kind.name);
  }
  throw Error(ErrorKind::config,
              "unknown device kind '" + std::string(name) + "' (known: " + joined(known) + ")");
}

}  // namespace boxmeter
