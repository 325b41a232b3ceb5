#include "base/error.h"
#include "device/kinds.h"
#include "fuzz.h"
#include "record/document.h"
#include "record/scrub.h"

namespace boxmeter::fuzz {

void scrub(std::string_view input) {
  const record::Visit same = [](const record::Spot&, const std::string& text) { return text; };
  expect(record::rewritten(input, same) == input, "what is not replaced is copied");
  for (const DeviceKind& kind : shipped_kinds())
    record::scrub({{"soap/a.xml", std::string(input)}, {"get/b.json", std::string(input)}},
                  kind.record.privacy);  // throws Error{internal} where an original still stands
}

}  // namespace boxmeter::fuzz
