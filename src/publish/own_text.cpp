// Our own families, as prometheus-cpp hands them out.  Its serializer writes HELP unescaped, 16
// digits and no OpenMetrics.
#include <prometheus/client_metric.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "publish/exposition.h"
#include "publish/heading.h"
#include "publish/sample_text.h"

namespace boxmeter {
namespace {

using prometheus::ClientMetric;

Shape shape_of(const prometheus::MetricFamily& family) {
  switch (family.type) {
    case prometheus::MetricType::Counter:
      return Shape::counter;
    case prometheus::MetricType::Histogram:
      return Shape::histogram;
    case prometheus::MetricType::Summary:
      return Shape::summary;
    case prometheus::MetricType::Untyped:
      return Shape::unknown;
    default:
      return family.name.ends_with("_info") ? Shape::info : Shape::gauge;
  }
}

/// A bound in OpenMetrics' canonical form (0.0005, 1e+06), whose whole numbers look like floats.
std::string bound(double value, Exposition format) {
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  std::array<char, 32> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general)
          .ptr;
  std::string text(digits.data(), end);
  const bool whole = text.find_first_of(".e") == std::string::npos;
  return whole && format == Exposition::openmetrics ? text + ".0" : text;
}

/// The samples of one ClientMetric.
class Samples {
 public:
  Samples(std::string& text, const prometheus::MetricFamily& family, const ClientMetric& metric)
      : text_(text), name_(family.name) {
    for (const auto& label : metric.label) labels_.emplace_back(label.name, label.value);
  }

  void add(std::string_view suffix, Number value) {
    if (labels_.empty()) {
      text_.append(name_).append(suffix).append(" ");
      value.append_to(text_);
      text_ += '\n';
    } else {
      append_sample(text_, name_ + std::string(suffix), {}, labels_, value);
    }
  }
  void add(std::string_view suffix, const std::string& label, std::string bound, Number value) {
    labels_.emplace_back(label, std::move(bound));
    add(suffix, value);
    labels_.pop_back();
  }

 private:
  std::string& text_;
  const std::string& name_;
  Labels labels_;
};

void append_histogram(Samples& samples, const ClientMetric::Histogram& histogram,
                      Exposition format) {
  for (const auto& bucket : histogram.bucket)
    samples.add("_bucket", "le", bound(bucket.upper_bound, format),
                Number(bucket.cumulative_count));
  samples.add("_sum", Number(histogram.sample_sum));
  samples.add("_count", Number(histogram.sample_count));
}

void append_summary(Samples& samples, const ClientMetric::Summary& summary, Exposition format) {
  for (const auto& quantile : summary.quantile)
    samples.add("", "quantile", bound(quantile.quantile, format), Number(quantile.value));
  samples.add("_sum", Number(summary.sample_sum));
  samples.add("_count", Number(summary.sample_count));
}

}  // namespace

void append_own(std::string& text, const prometheus::MetricFamily& family, Exposition format) {
  if (family.metric.empty()) return;
  const auto shape = shape_of(family);
  append_heading(text, family.name, shape, family.help, format);
  auto metrics = family.metric;  // the registry keeps them in no order
  std::sort(metrics.begin(), metrics.end(),
            [](const auto& a, const auto& b) { return a.label < b.label; });
  for (const auto& metric : metrics) {
    Samples samples(text, family, metric);
    switch (shape) {
      case Shape::histogram:
        append_histogram(samples, metric.histogram, format);
        break;
      case Shape::summary:
        append_summary(samples, metric.summary, format);
        break;
      case Shape::counter:
        samples.add("", Number(metric.counter.value));
        break;
      case Shape::unknown:
        samples.add("", Number(metric.untyped.value));
        break;
      case Shape::gauge:
      case Shape::info:
        samples.add("", Number(metric.gauge.value));
        break;
    }
  }
}

}  // namespace boxmeter
