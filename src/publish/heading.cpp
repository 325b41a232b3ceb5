#include "publish/heading.h"

namespace boxmeter {
namespace {

std::string_view text_type(Shape shape) {
  switch (shape) {
    case Shape::counter:
      return "counter";
    case Shape::histogram:
      return "histogram";
    case Shape::unknown:
      return "untyped";
    case Shape::gauge:
    case Shape::info:
      break;
  }
  return "gauge";
}

std::string_view openmetrics_type(Shape shape) {
  if (shape == Shape::info) return "info";
  return shape == Shape::unknown ? "unknown" : text_type(shape);
}

/// The base unit at the end of a name, which OpenMetrics has a line of its own for.
std::string_view unit_of(std::string_view name) {
  constexpr std::string_view kUnits[] = {"seconds", "bytes", "celsius", "ratio",
                                         "volts",   "watts", "joules",  "amperes"};
  for (const auto unit : kUnits) {
    if (name.ends_with(unit) && name.size() > unit.size() &&
        name[name.size() - unit.size() - 1] == '_')
      return unit;
  }
  return {};
}

void append_help(std::string& text, std::string_view help, Exposition format) {
  for (const char c : help) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '\\' || (c == '"' && format == Exposition::openmetrics)) text += '\\';
      text += c;
    }
  }
}

}  // namespace

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

std::string_view openmetrics_name(std::string_view name, Shape shape) {
  if (shape == Shape::counter && name.ends_with("_total")) name.remove_suffix(6);
  if (shape == Shape::info && name.ends_with("_info")) name.remove_suffix(5);
  return name;
}

void append_heading(std::string& text, std::string_view name, Shape shape, std::string_view help,
                    Exposition format) {
  const bool plain = format == Exposition::text;
  const auto family = plain ? name : openmetrics_name(name, shape);
  const auto help_line = [&] {
    text.append("# HELP ").append(family).append(" ");
    append_help(text, help, format);
    text += '\n';
  };
  if (plain) help_line();
  text.append("# TYPE ").append(family).append(" ");
  text.append(plain ? text_type(shape) : openmetrics_type(shape)).append("\n");
  if (plain) return;
  const auto unit = shape == Shape::info ? "" : unit_of(family);
  if (!unit.empty()) text.append("# UNIT ").append(family).append(" ").append(unit).append("\n");
  help_line();
}

}  // namespace boxmeter
