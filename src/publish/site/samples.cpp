#include "publish/site/samples.h"

#include <algorithm>
#include <utility>

#include "publish/sample_text.h"

namespace boxmeter {
std::vector<Sample> samples_of(const DeviceView& device, const std::vector<FamilyPtr>& families,
                               const std::function<bool(std::string_view name)>& wants) {
  std::vector<Sample> all;
  for (const DeviceView::Shown& shown : device.shown) {
    for (const Fragment::Slice& slice : shown.fragment->slices) {
      const Family& family = *families[slice.family];
      if (!wants(family.name)) continue;
      auto lines = std::string_view(shown.fragment->text).substr(slice.offset, slice.length);
      while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        auto [labels, value] = read_tail(lines.substr(0, end));
        all.push_back(
            {.family = &family, .query = shown.query, .labels = std::move(labels), .value = value});
        lines.remove_prefix(std::min(end + 1, lines.size()));
      }
    }
  }
  return all;
}

std::string_view label(const Labels& labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name, &Labels::value_type::first);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace boxmeter
