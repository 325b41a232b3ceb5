#include "publish/page.h"

#include <utility>

namespace boxmeter {
namespace {

using http::Chunk;

Chunk chunk(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

void Page::refresh(Kept& kept, Clock::time_point now, bool with_texts) const {
  const bool is_current = now < kept.valid_until && store_.generation() == kept.generation;
  if (is_current && (!with_texts || kept.families.has_texts())) return;
  const View view = store_.view(now);
  kept.families.follow(view);
  if (with_texts && !kept.families.has_texts()) kept.families.restore_texts(view);
  kept.generation = view.generation;
  kept.valid_until = view.valid_until;
}

std::vector<Chunk> Page::plain(const std::vector<Series>& own, Exposition format,
                               Clock::time_point now) {
  std::vector<Chunk> page;
  kept(format).with([&](Kept& kept) {
    refresh(kept, now, /*with_texts=*/true);
    for (const auto& section : kept.families.sections()) page.push_back(section.text);
  });
  page.push_back(chunk(own_families(own, format)));
  std::erase_if(page, [](const Chunk& part) { return part->empty(); });
  return page;
}

std::vector<Chunk> Page::gzip(const std::vector<Series>& own, Exposition format,
                              Clock::time_point now) {
  std::vector<std::shared_ptr<const Deflated>> parts;
  kept(format).with([&](Kept& kept) {
    refresh(kept, now, /*with_texts=*/false);
    kept.families.pack();
    for (const auto& section : kept.families.sections()) parts.push_back(section.packed);
  });
  parts.push_back(std::make_shared<const Deflated>(deflated(own_families(own, format))));
  std::vector<Chunk> page{chunk(GzipMember::head())};
  GzipMember member;
  for (const auto& part : parts) {
    member.add(*part);
    page.push_back(Chunk(part, &part->bytes));
  }
  page.push_back(chunk(member.tail()));
  return page;
}

}  // namespace boxmeter
