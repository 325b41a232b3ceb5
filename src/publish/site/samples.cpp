#include "publish/site/samples.h"

#include <algorithm>
#include <charconv>

namespace boxmeter {
namespace {

/// `text` is what append_labels() wrote: name="value",name="value".
Labels read_labels(std::string_view text) {
  Labels labels;
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) break;
    std::string name(text.substr(0, equals)), value;
    auto at = equals + 2;
    for (; at < text.size() && text[at] != '"'; ++at) {
      const bool is_escaped = text[at] == '\\' && at + 1 < text.size();
      if (is_escaped) ++at;
      value += is_escaped && text[at] == 'n' ? '\n' : text[at];
    }
    labels.emplace_back(std::move(name), std::move(value));
    text.remove_prefix(std::min(at + 1, text.size()));
    if (!text.empty()) text.remove_prefix(1);  // the comma
  }
  return labels;
}

/// `line` is what append_sample() wrote, without its end.
Sample read_line(std::string_view line, const Family& family, std::string_view device_labels) {
  Sample sample{.family = &family};
  const auto blank = line.rfind(' ');
  std::from_chars(line.data() + blank + 1, line.data() + line.size(), sample.value);
  const auto begin = family.name.size() + 1 + device_labels.size();
  if (begin + 1 < blank) {
    auto rest = line.substr(begin, blank - 1 - begin);
    if (!device_labels.empty() && rest.starts_with(',')) rest.remove_prefix(1);
    sample.labels = read_labels(rest);
  }
  return sample;
}

}  // namespace

std::vector<Sample> samples_of(const DeviceSight& device, const std::vector<FamilyPtr>& families,
                               const std::function<bool(std::string_view name)>& wants) {
  std::vector<Sample> all;
  for (const DeviceSight::Shown& shown : device.shown) {
    for (const Fragment::Slice& slice : shown.fragment->slices) {
      const Family& family = *families[slice.family];
      if (!wants(family.name)) continue;
      auto lines = std::string_view(shown.fragment->text).substr(slice.offset, slice.length);
      while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        all.push_back(read_line(lines.substr(0, end), family, device.labels));
        all.back().query = shown.query;
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
