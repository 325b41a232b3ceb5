#include "publish/page.h"

#include <utility>

namespace boxmeter {
namespace {

using http::Chunk;

Chunk chunk(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

void Page::refresh(Kept& kept, Exposition format, Clock::time_point now) const {
  if (kept.text && now < kept.valid_until && store_.generation() == kept.generation) return;
  const View view = store_.view(now);
  kept = {.generation = view.generation,
          .valid_until = view.valid_until,
          .text = chunk(device_families(view, format))};
}

std::vector<Chunk> Page::plain(const std::vector<Series>& own, Exposition format,
                               Clock::time_point now) {
  std::vector<Chunk> page{kept(format).with([&](Kept& kept) {
                            refresh(kept, format, now);
                            return kept.text;
                          }),
                          chunk(own_families(own, format))};
  std::erase_if(page, [](const Chunk& part) { return part->empty(); });
  return page;
}

std::vector<Chunk> Page::gzip(const std::vector<Series>& own, Exposition format,
                              Clock::time_point now) {
  const auto devices = kept(format).with([&](Kept& kept) {
    refresh(kept, format, now);
    if (!kept.packed) kept.packed = std::make_shared<const Deflated>(deflated(*kept.text));
    return kept.packed;
  });
  const auto ours = std::make_shared<const Deflated>(deflated(own_families(own, format)));
  std::vector<Chunk> page{chunk(GzipMember::head())};
  GzipMember member;
  for (const auto& part : {devices, ours}) {
    member.add(*part);
    page.push_back(Chunk(part, &part->bytes));
  }
  page.push_back(chunk(member.tail()));
  return page;
}

}  // namespace boxmeter
