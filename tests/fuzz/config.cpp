#include "base/error.h"
#include "base/text.h"
#include "config/devices.h"
#include "config/keys.h"
#include "config/pack.h"
#include "config/push.h"
#include "fuzz.h"

namespace boxmeter::fuzz {

/// Without what reads files: packs of the user, and secrets that stand in files of their own.
void configuration(std::string_view input) {
  std::vector<std::string> warnings;
  static Mistakes of_packs;
  static Packs packs(shipped_kinds(), {}, "/nonexistent", warnings,
                     of_packs);  // read as far as they are asked for
  const Document document = parse_yaml(input, "boxmeter.yml");
  if (std::string(input).find("_file") != std::string::npos) return;
  Mistakes mistakes;
  std::vector<Job> jobs;
  mistakes.collect([&] {
    const Section root(Value(document, &mistakes), kRootKeys);
    const DeviceContext context{.folder = "/nonexistent", .packs = packs};
    jobs = read_devices(root.required("devices").list(), context, warnings);
    if (const auto push = root.find("push"))
      read_sinks(*push, "/nonexistent", "/nonexistent", jobs, packs, warnings);
  });
  mistakes.throw_if_any();
  for (const Job& job : jobs) expect(!job.device.url.empty(), "a device has an address");
  for (const std::string& warning : warnings) expect(is_utf8(warning), "a warning is UTF-8");
}

void pack(std::string_view input) {
  const Pack parsed = parse_pack(shipped_kinds(), input, "pack.yml");
  expect(!parsed.queries.empty(), "a pack has queries");
  for (const QueryPtr& query : parsed.queries) {
    expect(query->pack == parsed.name && query->kind == parsed.kind, "a query knows its pack");
    expect(!query->parts.empty() && !query->parts.front().first.empty(), "a query has a request");
  }
}

}  // namespace boxmeter::fuzz
