#include "base/error.h"
#include "device/kinds.h"
#include "fuzz.h"
#include "record/document.h"
#include "record/scrub.h"

namespace boxmeter::fuzz {

void scrub(std::string_view input) {
  const record::Visit same = [](const record::Spot&, const std::string& text) { return text; };
  expect(record::rewritten(input, same) == input, "what is not replaced is copied");
  static const record::Vocabulary kVocabularies[] = {record::Vocabulary(),
                                                     record::Vocabulary::of_everything()};
  for (const DeviceKind& kind : shipped_kinds())
    for (const record::Vocabulary& vocabulary : kVocabularies)
      record::scrub({{.path = "soap/a.xml", .text = std::string(input)},
                     {.path = "get/b.json", .text = std::string(input)}},
                    kind.record.privacy,
                    vocabulary);  // throws Error{internal} where an original still stands
}

}  // namespace boxmeter::fuzz
