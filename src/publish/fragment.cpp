#include "publish/fragment.h"

#include <algorithm>
#include <atomic>
#include <functional>

#include "publish/sample_text.h"

namespace boxmeter {
namespace {

/// The length of a typical tail, to reserve memory once.
constexpr std::size_t kTailBytes = 40;

/// Spreads the bits of a hash (splitmix64), so that sums of hashes do not cancel out.
std::uint64_t spread(std::uint64_t bits) {
  bits += 0x9E3779B97F4A7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

/// A sum, because the order of labels does not matter to Prometheus, for which an empty label is an
/// absent one.
std::uint64_t series_hash(std::string_view name, const Labels& labels,
                          const std::vector<std::string>& key) {
  const std::hash<std::string_view> hash;
  std::uint64_t sum = spread(hash(name));
  for (const auto& [label, value] : labels)
    if (!value.empty() && (key.empty() || std::ranges::find(key, label) != key.end()))
      sum += spread(spread(hash(label)) ^ hash(value));
  return sum;
}

}  // namespace

std::size_t count_points(const std::vector<Series>& all) {
  std::size_t count = 0;
  for (const Series& series : all) count += series.points.size();
  return count;
}

FamilyId FamilyNumbers::of(const FamilyPtr& family) {
  return numbered_.with([&](Numbered& numbered) {
    const auto [entry, fresh] =
        numbered.ids.try_emplace(family->name, static_cast<FamilyId>(numbered.families->size()));
    if (fresh) {
      auto families = std::make_shared<std::vector<FamilyPtr>>(*numbered.families);
      families->push_back(family);
      numbered.families = std::move(families);
    }
    return entry->second;
  });
}

void FamilyNumbers::renew(const FamilyPtr& family) {
  numbered_.with([&](Numbered& numbered) {
    const auto known = numbered.ids.find(family->name);
    if (known == numbered.ids.end() || *(*numbered.families)[known->second] == *family) return;
    auto families = std::make_shared<std::vector<FamilyPtr>>(*numbered.families);
    (*families)[known->second] = family;
    numbered.families = std::move(families);
  });
}

std::shared_ptr<const std::vector<FamilyPtr>> FamilyNumbers::all() const {
  return numbered_.with([](const Numbered& numbered) { return numbered.families; });
}

std::uint64_t Fragment::next_serial() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

FragmentPtr render_fragment(const std::vector<Series>& all, const SharedLabels& device_labels,
                            const ContestedFamilies& contested, FamilyNumbers& numbers) {
  auto fragment = std::make_shared<Fragment>();
  fragment->labels = device_labels;
  std::string& text = fragment->text;
  text.reserve(count_points(all) * kTailBytes);
  const auto end = [&] { return static_cast<std::uint32_t>(text.size()); };
  for (const Series& series : all) {
    if (series.points.empty()) continue;
    const std::string& name = series.family->name;
    const bool is_contested = contested.contains(name);
    const auto start = end();
    for (const Point& point : series.points) {
      const auto line = end();
      append_tail(text, point.labels, point.value);
      if (is_contested)
        fragment->contested.push_back(
            {series_hash(name, point.labels, series.key), line, end() - line});
    }
    fragment->slices.push_back({numbers.of(series.family), start, end() - start});
  }
  text.shrink_to_fit();
  fragment->slices.shrink_to_fit();
  fragment->contested.shrink_to_fit();
  return fragment;
}

std::size_t count_taken(const Fragment& fragment, const SeriesHashes& taken) {
  if (taken.empty()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      fragment.contested,
      [&](const Fragment::Contested& line) { return taken.contains(line.series); }));
}

FragmentPtr without_taken(const FragmentPtr& fragment, const SeriesHashes& taken) {
  if (count_taken(*fragment, taken) == 0) return fragment;
  auto rest = std::make_shared<Fragment>();
  rest->labels = fragment->labels;
  auto line = fragment->contested.begin();
  for (const Fragment::Slice& slice : fragment->slices) {
    const auto start = static_cast<std::uint32_t>(rest->text.size());
    auto from = slice.offset;
    const auto end = slice.offset + slice.length;
    for (; line != fragment->contested.end() && line->offset < end; ++line) {
      if (!taken.contains(line->series)) continue;
      rest->text.append(fragment->text, from, line->offset - from);
      from = line->offset + line->length;
    }
    rest->text.append(fragment->text, from, end - from);
    const auto length = static_cast<std::uint32_t>(rest->text.size()) - start;
    if (length > 0) rest->slices.push_back({slice.family, start, length});
  }
  return rest;
}

}  // namespace boxmeter
