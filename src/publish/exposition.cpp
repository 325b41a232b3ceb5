#include "publish/exposition.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_set>

#include "publish/heading.h"
#include "publish/sample_text.h"

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

bool is_bucket(const Point& point) {
  return !point.labels.empty() && point.labels.back().first == "le";
}

/// The count is that of the last bucket, which has all.
void append_histogram(std::string& text, const Series& series) {
  const std::string& name = series.family->name;
  Number count;
  for (const Point& point : series.points) {
    if (is_bucket(point)) {
      append_sample(text, name + "_bucket", {}, point.labels, point.value);
      count = point.value;
    } else {
      append_sample(text, name + "_sum", {}, point.labels, point.value);
      append_sample(text, name + "_count", {}, point.labels, count);
    }
  }
}

}  // namespace

bool is_histogram(const Series& series) { return std::ranges::any_of(series.points, is_bucket); }

std::string_view content_type(Exposition format) {
  return format == Exposition::text ? "text/plain; version=0.0.4; charset=utf-8"
                                    : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

std::string device_families(const View& view, Exposition format) {
  const LinesByFamily lines(view);
  const auto name = [&](FamilyId id) -> std::string_view { return (*view.families)[id]->name; };
  std::vector<FamilyId> order;
  for (FamilyId id = 0; id < view.families->size(); ++id)
    if (!lines.of(id).empty()) order.push_back(id);
  std::ranges::sort(order, {}, name);

  std::size_t size = 0;
  std::vector<std::string_view> plain_names;
  for (const FamilyId id : order) {
    size += size_of(lines.of(id));
    plain_names.push_back(name(id));
  }
  std::string text;
  text.reserve(size);
  Names names(std::move(plain_names));
  for (const FamilyId id : order) {
    const Family& family = *(*view.families)[id];
    auto shape = shape_of(family, format);
    if (format == Exposition::openmetrics) shape = names.settle(family.name, shape);
    append_heading(text, family.name, shape, family.help, format);
    for (const std::string_view some : lines.of(id)) text.append(some);
  }
  return text;
}

std::string own_families(const std::vector<Series>& own, Exposition format) {
  std::string text;
  for (const Series& series : own) {
    if (series.points.empty()) continue;
    const Family& family = *series.family;
    const bool histogram = is_histogram(series);
    append_heading(text, family.name, histogram ? Shape::histogram : shape_of(family, format),
                   family.help, format);
    if (histogram)
      append_histogram(text, series);
    else
      for (const Point& point : series.points)
        append_sample(text, family.name, {}, point.labels, point.value);
  }
  if (format == Exposition::openmetrics) text += "# EOF\n";
  return text;
}

std::string render(const View& view, const std::vector<Series>& own, Exposition format) {
  return device_families(view, format) + own_families(own, format);
}

}  // namespace boxmeter
