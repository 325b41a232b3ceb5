#include "metric/model.h"

namespace boxmeter {

std::string describe(const Request& request) {
  std::string text = request.verb + ":" + request.target;
  if (request.args.empty()) return text;
  char separator = '{';
  for (const auto& [name, value] : request.args) {
    text.append(1, separator).append(name).append("=").append(value);
    separator = ',';
  }
  return text + "}";
}

Series one_point(const FamilyPtr& family, Number value, Labels labels) {
  return {.family = family, .points = {{.labels = std::move(labels), .value = value}}};
}

std::string_view name(MetricType type) noexcept {
  switch (type) {
    case MetricType::gauge:
      return "gauge";
    case MetricType::counter:
      return "counter";
    case MetricType::info:
      return "info";
    case MetricType::stateset:
      return "stateset";
  }
  return "gauge";
}

std::string_view name(Support support) noexcept {
  switch (support) {
    case Support::supported:
      return "supported";
    case Support::unsupported:
      return "unsupported";
    case Support::denied:
      return "denied";
    case Support::idle:
      return "idle";
    case Support::failing:
      return "failing";
  }
  return "failing";
}

}  // namespace boxmeter
