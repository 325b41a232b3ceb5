#include "publish/exposition.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_set>

#include "publish/heading.h"
#include "publish/sample_text.h"

namespace boxmeter {
namespace {

/// The first label of a fragment, which is the device.
std::string_view device_of(std::string_view text) {
  const auto start = std::min(text.find('{'), text.size());
  auto at = std::min(text.find('"', start), text.size());
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return text.substr(start, at - start);
}

struct Lines {
  std::string_view text = {};
  std::uint32_t device = 0;  // equal for the neighbours of one device
};

/// The lines of every family, in the order of the fragments.  The device is read once per fragment:
/// to look at the first byte of every slice would cost a cache miss each, and 4 times the time.
class Sorted {
 public:
  explicit Sorted(const View& view) : first_(view.families->size() + 1) {
    for (const auto& fragment : view.fragments) {
      for (const auto& slice : fragment->slices) ++first_[slice.family + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    lines_.resize(first_.back());
    auto next = first_;
    std::string_view last;
    std::uint32_t device = 0;
    for (const auto& fragment : view.fragments) {
      const std::string_view text = fragment->text;
      if (const auto name = device_of(text); name != last) {
        ++device;
        last = name;
      }
      for (const auto& slice : fragment->slices)
        lines_[next[slice.family]++] = {text.substr(slice.offset, slice.length), device};
    }
  }

  std::span<const Lines> of(FamilyId family) const {
    return std::span(lines_).subspan(first_[family], first_[family + 1] - first_[family]);
  }

 private:
  std::vector<std::size_t> first_;  // of each family, in lines_; and the end
  std::vector<Lines> lines_;
};

void append_new_lines(std::string& text, std::string_view lines,
                      std::unordered_set<std::string_view>& seen) {
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n') + 1);
    if (seen.insert(identity(line)).second) text.append(line);
    lines.remove_prefix(line.size());
  }
}

/// Two queries of a device may give one series, and a device's lines are neighbours: only where
/// it has more than one slice is anything to be looked for.
void append_samples(std::string& text, std::span<const Lines> lines) {
  for (std::size_t i = 0; i < lines.size();) {
    auto end = i + 1;
    while (end < lines.size() && lines[end].device == lines[i].device) ++end;
    if (end == i + 1) {
      text.append(lines[i].text);
    } else {
      std::unordered_set<std::string_view> seen;
      for (auto k = i; k < end; ++k) append_new_lines(text, lines[k].text, seen);
    }
    i = end;
  }
}

Shape shape_of(const Family& family, Exposition format) {
  switch (family.type) {
    case MetricType::counter:  // OpenMetrics has no counter that is not named so
      return format == Exposition::text || family.name.ends_with("_total") ? Shape::counter
                                                                           : Shape::unknown;
    case MetricType::info:
      return family.name.ends_with("_info") ? Shape::info : Shape::gauge;
    case MetricType::gauge:
    case MetricType::stateset:
      break;
  }
  return Shape::gauge;
}

/// In OpenMetrics `x_total` and `x_info` are both of a family `x`, and so is a gauge `x`: only one
/// of them may have the name, the others are told as what needs no suffix.
class Names {
 public:
  explicit Names(std::vector<std::string_view> plain) : taken_(plain.begin(), plain.end()) {}

  Shape settle(std::string_view name, Shape shape) {
    const auto family = openmetrics_name(name, shape);
    if (family == name || taken_.insert(family).second) return shape;
    return shape == Shape::counter ? Shape::unknown : Shape::gauge;
  }

 private:
  std::unordered_set<std::string_view> taken_;
};

std::size_t size_of(std::span<const Lines> lines) {
  std::size_t size = 400;  // its heading
  for (const auto& one : lines) size += one.text.size();
  return size;
}

}  // namespace

std::vector<std::string> device_pieces(const View& view, const std::vector<std::string>& own_names,
                                       Exposition format) {
  const Sorted sorted(view);
  std::vector<FamilyId> order;
  for (FamilyId id = 0; id < view.families->size(); ++id) {
    const bool ours =
        std::binary_search(own_names.begin(), own_names.end(), (*view.families)[id]->name);
    if (!ours && !sorted.of(id).empty()) order.push_back(id);
  }
  const auto name = [&](FamilyId id) -> std::string_view { return (*view.families)[id]->name; };
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return name(a) < name(b); });
  const auto piece_of = [&](FamilyId id) {
    return std::lower_bound(own_names.begin(), own_names.end(), name(id)) - own_names.begin();
  };

  std::vector<std::size_t> sizes(own_names.size() + 1);
  std::vector<std::string_view> plain_names;
  for (const auto id : order) {
    sizes[static_cast<std::size_t>(piece_of(id))] += size_of(sorted.of(id));
    plain_names.push_back(name(id));
  }
  std::vector<std::string> pieces(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) pieces[i].reserve(sizes[i]);

  Names names(std::move(plain_names));
  for (const auto id : order) {
    const auto& family = *(*view.families)[id];
    auto& piece = pieces[static_cast<std::size_t>(piece_of(id))];
    auto shape = shape_of(family, format);
    if (format == Exposition::openmetrics) shape = names.settle(family.name, shape);
    append_heading(piece, family.name, shape, family.help, format);
    append_samples(piece, sorted.of(id));
  }
  if (format == Exposition::openmetrics) pieces.back() += "# EOF\n";
  return pieces;
}

std::string render(const View& view, const std::vector<prometheus::MetricFamily>& own,
                   Exposition format) {
  std::vector<const prometheus::MetricFamily*> order;
  for (const auto& family : own) order.push_back(&family);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->name < b->name; });
  std::vector<std::string> names;
  for (const auto* family : order) names.push_back(family->name);

  const auto pieces = device_pieces(view, names, format);
  std::string page = pieces.front();
  for (std::size_t i = 0; i < order.size(); ++i) {
    append_own(page, *order[i], format);
    page += pieces[i + 1];
  }
  return page;
}

}  // namespace boxmeter
