#include "publish/exposition.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_set>

#include "publish/heading.h"

namespace boxmeter {
namespace {

/// The lines of every family, in the order of the fragments.
class LinesByFamily {
 public:
  explicit LinesByFamily(const View& view) : first_(view.families->size() + 1) {
    for (const FragmentPtr& fragment : view.fragments)
      for (const Fragment::Slice& slice : fragment->slices) ++first_[slice.family + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    lines_.resize(first_.back());
    auto next = first_;
    for (const FragmentPtr& fragment : view.fragments)
      for (const Fragment::Slice& slice : fragment->slices)
        lines_[next[slice.family]++] =
            std::string_view(fragment->text).substr(slice.offset, slice.length);
  }

  std::span<const std::string_view> of(FamilyId family) const {
    return std::span(lines_).subspan(first_[family], first_[family + 1] - first_[family]);
  }

 private:
  std::vector<std::size_t> first_;  // of each family, in lines_; and the end
  std::vector<std::string_view> lines_;
};

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

std::size_t size_of(std::span<const std::string_view> lines) {
  std::size_t size = 400;  // its heading
  for (const auto& text : lines) size += text.size();
  return size;
}

}  // namespace

std::vector<std::string> device_pieces(const View& view, const std::vector<std::string>& own_names,
                                       Exposition format) {
  const LinesByFamily lines(view);
  std::vector<FamilyId> order;
  for (FamilyId id = 0; id < view.families->size(); ++id) {
    const bool ours =
        std::binary_search(own_names.begin(), own_names.end(), (*view.families)[id]->name);
    if (!ours && !lines.of(id).empty()) order.push_back(id);
  }
  const auto name = [&](FamilyId id) -> std::string_view { return (*view.families)[id]->name; };
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return name(a) < name(b); });
  const auto piece_of = [&](FamilyId id) {
    return std::lower_bound(own_names.begin(), own_names.end(), name(id)) - own_names.begin();
  };

  std::vector<std::size_t> sizes(own_names.size() + 1);
  std::vector<std::string_view> plain_names;
  for (const auto id : order) {
    sizes[static_cast<std::size_t>(piece_of(id))] += size_of(lines.of(id));
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
    for (const std::string_view text : lines.of(id)) piece.append(text);
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
