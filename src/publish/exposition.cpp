#include "publish/exposition.h"

#include <algorithm>

#include "publish/device_families.h"
#include "publish/heading.h"
#include "publish/sample_text.h"

namespace boxmeter {
namespace {

bool is_bucket(const Point& point) {
  return !point.labels.empty() && point.labels.back().first == "le";
}

/// The count is that of the last bucket, "+Inf".
void append_histogram(std::string& text, const Series& series) {
  const std::string& name = series.family->name;
  Number count;
  for (const Point& point : series.points) {
    if (is_bucket(point)) {
      append_sample(text, name + "_bucket", point.labels, point.value);
      count = point.value;
    } else {
      append_sample(text, name + "_sum", point.labels, point.value);
      append_sample(text, name + "_count", point.labels, count);
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
  DeviceFamilies families(format);
  families.follow(view);
  std::string text;
  for (const DeviceFamilies::Section& section : families.sections()) text += *section.text;
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
        append_sample(text, family.name, point.labels, point.value);
  }
  if (format == Exposition::openmetrics) text += "# EOF\n";
  return text;
}

std::string render(const View& view, const std::vector<Series>& own, Exposition format) {
  return device_families(view, format) + own_families(own, format);
}

}  // namespace boxmeter
