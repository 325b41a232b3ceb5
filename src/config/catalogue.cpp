#include "config/catalogue.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "config/pack_keys.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

MetricType read_type(const Value& value) {
  const std::string text = word(value, {std::begin(kTypes), std::end(kTypes)});
  for (const MetricType type : {MetricType::counter, MetricType::info, MetricType::stateset})
    if (name(type) == text) return type;
  return MetricType::gauge;
}

bool is_foreign_name(std::string_view name) {
  std::string without(name);
  std::ranges::replace(without, ':', '_');
  return is_identifier(without);
}

void check_foreign_name(const Value& place, std::string_view name) {
  if (!is_foreign_name(name))
    throw place.problem("'" + std::string(name) +
                        "' is not a metric name (letters, digits, '_' and ':', not beginning with "
                        "a digit)");
}

void check_own_name(const Value& place, std::string_view name, const std::string& kind) {
  const std::string quoted = "metric name '" + std::string(name) + "'";
  const bool spelled_well = is_identifier(name) && lower(name) == name && name[0] != '_';
  if (!spelled_well)
    throw place.problem(quoted + " must be made of lower-case letters, digits and '_'" +
                        " ('names: foreign' on the pack lifts our naming rules)");
  if (!name.starts_with("box_") && !name.starts_with(kind + "_"))
    throw place.problem(quoted + " must begin with 'box_' or '" + kind +
                        "_' ('names: foreign' on the pack lifts our naming rules)");
  for (const std::string_view suffix : {"_bucket", "_count", "_sum", "_created"})
    if (name.ends_with(suffix))
      throw place.problem(quoted + " must not end in '" + std::string(suffix) +
                          "', which belongs to histograms, summaries and counters");
}

void check_suffix(const Value& place, std::string_view name, MetricType type) {
  const std::string quoted = "metric name '" + std::string(name) + "'";
  const bool is_counter = type == MetricType::counter;
  if (is_counter && !name.ends_with("_total"))
    throw place.problem(quoted + " must end in '_total', since it is a counter");
  if (!is_counter && name.ends_with("_total"))
    throw place.problem(quoted + " must not end in '_total', since it is not a counter" +
                        " (is 'type: counter' missing?)");
  if (type == MetricType::info && !name.ends_with("_info"))
    throw place.problem(quoted + " must end in '_info', since it is an info");
}

void check_name(const Catalogue::Declaration& declaration, const std::string& name,
                MetricType type) {
  const Value& place = declaration.name;
  if (name == "box_up" || name.starts_with("boxmeter_") || name.starts_with("process_"))
    throw place.problem("metric name '" + name + "' belongs to boxmeter itself");
  if (declaration.foreign) return check_foreign_name(place, name);
  check_own_name(place, name, declaration.kind);
  check_suffix(place, name, type);
}

}  // namespace

FamilyPtr Catalogue::declare(const Declaration& declaration) {
  const std::string name = declaration.name.text();
  if (declaration.has_unknown_keys || (mistaken_.contains(name) && !entries_.contains(name))) {
    mistaken_.insert(name);
    throw AlreadyReported();
  }
  try {
    return add(declaration, name);
  } catch (const Mistake&) {
    mistaken_.insert(name);
    throw;
  }
}

FamilyPtr Catalogue::add(const Declaration& declaration, const std::string& name) {
  const auto known = entries_.find(name);
  const bool is_new = known == entries_.end();
  const MetricType type = declaration.type ? read_type(*declaration.type)
                          : is_new         ? MetricType::gauge
                                           : known->second.family->type;
  check_name(declaration, name, type);
  if (is_new) {
    const Family family{.name = name, .type = type, .foreign = declaration.foreign};
    check_base(declaration, family);
    entries_.emplace(name, Entry{.family = std::make_shared<Family>(family),
                                 .declared = declaration.name.position()});
  }
  Entry& entry = entries_.at(name);
  if (entry.family->type != type)
    throw declaration.type->problem("metric '" + name + "' is a " +
                                    std::string(boxmeter::name(type)) + " here and a " +
                                    std::string(boxmeter::name(entry.family->type)) + " at " +
                                    entry.declared.text() + " (one type per metric)");
  if (declaration.help) add_help(*declaration.help, entry);
  return entry.family;
}

void Catalogue::add_help(const Value& help, Entry& entry) {
  const std::string text(trim(help.prose()));
  if (text.empty() || text.find_first_of("\r\n") != std::string::npos)
    throw help.problem("'help' must be one line of text");
  if (!entry.helped) {
    entry.family->help = text;
    entry.helped = help.position();
  }
  if (entry.family->help != text)
    throw help.problem("metric '" + entry.family->name + "' has another help text at " +
                       entry.helped->text() + " (give it once; other rules may leave it away)");
}

/// OpenMetrics names a family without `_total` and `_info`, and wants each once.
void Catalogue::check_base(const Declaration& declaration, const Family& family) {
  std::string base = family.name;
  const std::string_view suffix = family.type == MetricType::counter ? "_total"
                                  : family.type == MetricType::info  ? "_info"
                                                                     : "";
  if (base.ends_with(suffix)) base.erase(base.size() - suffix.size());
  const auto [first, is_new] = bases_.emplace(base, family.name);
  if (is_new) return;
  throw declaration.name.problem("metric '" + family.name + "' and '" + first->second + "' (at " +
                                 entries_.at(first->second).declared.text() +
                                 ") are both called '" + base +
                                 "' in OpenMetrics; rename one of them");
}

bool Catalogue::complete() const {
  return std::ranges::none_of(entries_, [](const auto& row) { return !row.second.helped; });
}

void Catalogue::finish(Mistakes& mistakes) const {
  for (const auto& [name, entry] : entries_)
    if (!entry.helped && !mistaken_.contains(name))
      mistakes.add(Mistake(entry.declared, "metric '" + name + "' has no help text (add 'help')"));
}

}  // namespace boxmeter
