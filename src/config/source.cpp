#include "config/source.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "config/pack_keys.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

std::string read_split(const Value& value) {
  std::string text = value.text();
  if (text.size() != 1)
    throw value.problem("'split' must be one character such as \",\", not '" + text + "'");
  return text;
}

Source read_place(const Value& value, const Scope& scope, const RowDepth& row) {
  const std::string text = value.text();
  return {.path = read_path(value, text, scope, row)};
}

Source read_addend(const Value& value, const Scope& scope, const RowDepth& row) {
  if (!value.is_map()) return read_place(value, scope, row);
  const Section section(value, kAddendKeys);
  Source source = read_place(section.required("path"), scope, row);
  if (const auto scale = section.find("scale")) source.scale = read_scale(*scale);
  if (const auto match = section.find("match")) source.match = read_regex(*match);
  return source;
}

Source read_sum(const Value& value, const Scope& scope, const RowDepth& row) {
  Source source;
  for (const Value& addend : value.list()) source.sum.push_back(read_addend(addend, scope, row));
  if (source.sum.size() < 2) throw value.problem("'sum' must list at least two paths");
  source.path = source.sum.front().path;
  return source;
}

Source read_value(const Value& value, const Scope& scope, const RowDepth& row) {
  if (value.is_map()) {
    if (value.entries().size() == 1 && value.entries()[0].key.raw() == "sum")
      return read_sum(value.entries()[0].value, scope, row);
    const Section section(value, kValueKeys);
    const Value path = section.required("path");
    Source source{.path = read_path(path, path.text(), scope, row)};
    if (const auto scale = section.find("scale")) source.scale = read_scale(*scale);
    if (const auto split = section.find("split")) source.split = read_split(*split);
    return source;
  }
  const std::string text = value.text();
  if (text.starts_with('=')) return {.constant = text.substr(1)};
  return {.path = read_path(value, text, scope, row)};
}

Condition read_condition(const Value::Entry& entry, const Scope& scope, const RowDepth& row) {
  Condition condition;
  condition.path = read_path(entry.key, entry.key.raw(), scope, row);
  if (!entry.value.is_map()) {
    condition.any = read_texts(entry.value);
    return condition;
  }
  const Section section(entry.value, kConditionKeys);
  if (const auto none = section.find("not")) condition.none = read_texts(*none);
  condition.present = section.boolean("present");
  if (const auto same = section.find("same_as"))
    condition.same = read_path(*same, same->text(), scope, row);
  condition.within = section.duration("within");
  if (entry.value.entries().empty())
    throw entry.value.problem("a condition needs 'not', 'present', 'same_as' or 'within'");
  return condition;
}

LabelRule read_label(const Value::Entry& entry, const Scope& scope, const RowDepth& row) {
  check_label_name(entry.key);
  LabelRule label{.name = entry.key.raw()};
  if (!entry.value.is_map()) {
    label.source = read_value(entry.value, scope, row);
    return label;
  }
  const Section section(entry.value, kLabelKeys);
  const Value path = section.required("path");
  label.source.path = read_path(path, path.text(), scope, row);
  if (const auto remove = section.find("remove")) label.remove = remove->text();
  label.lower = section.boolean("lower").value_or(false);
  if (const auto match = section.find("match")) label.match = read_regex(*match);
  label.map = read_mapping(section);
  if (const auto fallback = section.find("default")) label.fallback = fallback->text();
  return label;
}

}  // namespace

double read_scale(const Value& value) {
  const double scale = number(value);
  if (scale == 0.0) throw value.problem("'scale' must not be 0");
  return scale;
}

std::vector<Source> read_each(const Value& value, const Scope& scope, RowDepth& row) {
  std::vector<Source> sources;
  const RowDepth start;
  for (const Value& item : value.list_or_one()) {
    Source source;
    if (item.is_map()) {
      const Section section(item, kEachKeys);
      source = read_place(section.required("path"), scope, start);
      if (const auto split = section.find("split")) source.split = read_split(*split);
    } else {
      source = read_place(item, scope, start);
    }
    if (source.path.ends_in_key())
      throw item.problem("path '" + source.path.text() + "' of 'each' cannot end in '~'");
    const RowDepth reached = row_of(source.path, !source.split.empty());
    row = {.is_start = false, .depth = std::max(row.depth, reached.depth)};
    sources.push_back(std::move(source));
  }
  if (sources.empty()) throw value.problem("'each' must be a path or a list of paths");
  return sources;
}

std::vector<Source> read_values(const Value& value, const Scope& scope, const RowDepth& row) {
  std::vector<Source> sources;
  for (const Value& item : value.list_or_one()) sources.push_back(read_value(item, scope, row));
  if (sources.empty()) throw value.problem("'value' must be a path or a list of paths");
  return sources;
}

std::vector<Condition> read_where(const Value& value, const Scope& scope, const RowDepth& row) {
  std::vector<Condition> conditions;
  for (const Value::Entry& entry : value.entries())
    conditions.push_back(read_condition(entry, scope, row));
  return conditions;
}

std::vector<LabelRule> read_labels(const Value& value, const Scope& scope, const RowDepth& row) {
  std::vector<LabelRule> labels;
  for (const Value::Entry& entry : value.entries()) labels.push_back(read_label(entry, scope, row));
  return labels;
}

RegexPtr read_regex(const Value& value) {
  const std::string text = value.text();
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<const re2::RE2>(text, options);
  if (!regex->ok()) throw value.problem("regular expression '" + text + "': " + regex->error());
  if (const int groups = regex->NumberOfCapturingGroups(); groups != 1)
    throw value.problem(
        "regular expression '" + text + "' must have one group, the text to take; " + "it has " +
        std::to_string(groups) + (groups > 1 ? " (write (?:...) for the others)" : ""));
  return regex;
}

Mapping read_mapping(const Section& section) {
  Mapping mapping;
  if (const auto map = section.find("map")) {
    for (const auto& [key, value] : map->entries())
      mapping.entries.emplace_back(key.raw(), value.text());
    if (mapping.entries.empty()) throw map->problem("'map' has no entries");
  }
  if (const auto otherwise = section.find("else")) {
    if (mapping.entries.empty()) throw otherwise->problem("'else' needs a 'map' beside it");
    mapping.otherwise = otherwise->text();
  }
  return mapping;
}

std::vector<std::string> read_texts(const Value& value) {
  std::vector<std::string> texts;
  for (const Value& item : value.list_or_one()) texts.push_back(item.text());
  if (texts.empty()) throw value.problem(value.name() + " must list at least one value");
  return texts;
}

void check_label_name(const Value& key) {
  const std::string& name = key.raw();
  if (!is_identifier(name))
    throw key.problem("label '" + name +
                      "' must be made of letters, digits and '_', not beginning with a digit");
  static const std::set<std::string_view> kTaken = {"device", "instance", "job", "le", "quantile"};
  if (kTaken.contains(name) || name.starts_with("__"))
    throw key.problem("label '" + name +
                      "' has a meaning of its own in boxmeter or Prometheus; choose another name");
}

}  // namespace boxmeter
