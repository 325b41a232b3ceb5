#include "publish/page.h"

#include <utility>

namespace boxmeter {
namespace {

using http::Chunk;

Chunk chunk(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

void Page::refresh(Cached& cached, Clock::time_point now, bool with_texts) const {
  const bool is_current = now < cached.valid_until && store_.generation() == cached.generation;
  if (is_current && (!with_texts || cached.families.has_texts())) return;
  const View view = store_.view(now);
  cached.families.follow(view);
  if (with_texts && !cached.families.has_texts()) cached.families.restore_texts(view);
  cached.generation = view.generation;
  cached.valid_until = view.valid_until;
}

std::vector<Chunk> Page::plain(const std::vector<Series>& own, Exposition format,
                               Clock::time_point now) {
  std::vector<Chunk> page;
  cache(format).with([&](Cached& cached) {
    refresh(cached, now, /*with_texts=*/true);
    for (const auto& section : cached.families.sections()) page.push_back(section.text);
  });
  page.push_back(chunk(own_families(own, format)));
  std::erase_if(page, [](const Chunk& part) { return part->empty(); });
  return page;
}

std::vector<Chunk> Page::gzip(const std::vector<Series>& own, Exposition format,
                              Clock::time_point now) {
  std::vector<std::shared_ptr<const Deflated>> parts;
  cache(format).with([&](Cached& cached) {
    refresh(cached, now, /*with_texts=*/false);
    cached.families.pack();
    for (const auto& section : cached.families.sections()) parts.push_back(section.packed);
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
