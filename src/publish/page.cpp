#include "publish/page.h"

#include <algorithm>

namespace boxmeter {
namespace {

using http::Chunk;
using prometheus::MetricFamily;

Chunk chunk(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

/// Our families as one text behind each of the devices' pieces, neighbours in one: a page of few
/// pieces is sent in few.
template <typename Filled>
std::vector<std::string> own_texts(const std::vector<MetricFamily>& own, Exposition format,
                                   Filled&& filled) {
  std::vector<std::string> texts(own.size() + 1);
  std::size_t behind = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (filled(i)) behind = i;
    append_own(texts[behind], own[i], format);
  }
  return texts;
}

}  // namespace

void Page::refresh(Kept& kept, const std::vector<MetricFamily>& own, Exposition format,
                   Clock::time_point now) const {
  const bool same_names =
      std::equal(own.begin(), own.end(), kept.own_names.begin(), kept.own_names.end(),
                 [](const MetricFamily& family, const auto& name) { return family.name == name; });
  if (same_names && now < kept.valid_until && store_.generation() == kept.generation) return;
  const auto view = store_.view(now);
  std::vector<std::string> names;
  for (const auto& family : own) names.push_back(family.name);
  auto pieces = device_pieces(view, names, format);
  kept = {.generation = view.generation,
          .valid_until = view.valid_until,
          .own_names = std::move(names)};
  for (auto& piece : pieces) kept.pieces.push_back(chunk(std::move(piece)));
}

std::vector<Chunk> Page::plain(const std::vector<MetricFamily>& own, Exposition format,
                               Clock::time_point now) {
  const auto pieces = kept(format).with([&](Kept& kept) {
    refresh(kept, own, format, now);
    return kept.pieces;
  });
  const auto texts =
      own_texts(own, format, [&](std::size_t piece) { return !pieces[piece]->empty(); });
  std::vector<Chunk> page;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i]->empty()) page.push_back(pieces[i]);
    if (!texts[i].empty()) page.push_back(chunk(texts[i]));
  }
  return page;
}

std::vector<Chunk> Page::gzip(const std::vector<MetricFamily>& own, Exposition format,
                              Clock::time_point now) {
  const auto packed = kept(format).with([&](Kept& kept) {
    refresh(kept, own, format, now);
    if (kept.packed.empty()) {
      for (const auto& piece : kept.pieces)
        kept.packed.push_back(std::make_shared<const Deflated>(deflated(*piece)));
    }
    return kept.packed;
  });
  const auto texts =
      own_texts(own, format, [&](std::size_t piece) { return packed[piece]->size > 0; });
  std::vector<Chunk> page{chunk(GzipMember::head())};
  GzipMember member;
  const auto add = [&](const std::shared_ptr<const Deflated>& piece) {
    if (piece->size == 0) return;
    member.add(*piece);
    page.push_back(Chunk(piece, &piece->bytes));
  };
  for (std::size_t i = 0; i < packed.size(); ++i) {
    add(packed[i]);
    if (!texts[i].empty()) add(std::make_shared<const Deflated>(deflated(texts[i])));
  }
  page.push_back(chunk(member.tail()));
  return page;
}

}  // namespace boxmeter
