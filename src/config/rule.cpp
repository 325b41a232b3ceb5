#include "config/rule.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/pack_keys.h"
#include "config/source.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

/// What the query has, then what the rule has; of two with the same key, that of the rule.
template <typename T, typename Read, typename Key>
std::vector<T> merged(const std::optional<Value>& inherited, const std::optional<Value>& own,
                      Read read, Key key) {
  std::vector<T> all = inherited ? read(*inherited) : std::vector<T>();
  if (!own) return all;
  for (T& mine : read(*own)) {
    const auto same = std::ranges::find_if(all, [&](const T& t) { return key(t) == key(mine); });
    if (same == all.end())
      all.push_back(std::move(mine));
    else
      *same = std::move(mine);
  }
  return all;
}

State read_state(const Value& name, const std::optional<Value>& value) {
  State state{.name = name.text()};
  if (state.name.empty()) throw name.problem("a state needs a name");
  if (!value)
    state.texts = {state.name};
  else if (value->is_word("else"))
    state.otherwise = true;
  else
    state.texts = read_texts(*value);
  return state;
}

std::vector<State> read_states(const Value& value) {
  std::vector<State> states;
  if (value.is_map())
    for (const auto& [key, texts] : value.entries()) states.push_back(read_state(key, texts));
  else
    for (const Value& name : value.list()) states.push_back(read_state(name, std::nullopt));
  if (states.empty()) throw value.problem("'states' must name at least one state");
  std::set<std::string> names, texts;
  for (const State& state : states) {
    if (!names.insert(state.name).second)
      throw value.problem("state '" + state.name + "' is given twice");
    for (const std::string& text : state.texts)
      if (!texts.insert(text).second)
        throw value.problem("'" + text + "' stands for two states; the second is '" + state.name +
                            "'");
  }
  if (std::ranges::count(states, true, &State::otherwise) > 1)
    throw value.problem("only one state can be 'else'");
  return states;
}

Fold read_fold(const Value& value) {
  // In the order of kFolds.
  constexpr Fold kMeanings[] = {Fold::count, Fold::sum, Fold::min, Fold::max, Fold::mean};
  const std::string text = word(value, {std::begin(kFolds), std::end(kFolds)});
  return kMeanings[std::ranges::find(kFolds, text) - std::begin(kFolds)];
}

bool is_one(const std::vector<Source>& value) {
  return value.size() == 1 && value[0].constant == "1";
}

/// Keys that have no meaning beside another one.
void refuse_key(const Section& section, std::string_view key, const std::string& why) {
  if (section.has(key))
    throw section.key(key).problem("'" + std::string(key) + "' has no meaning here: " + why);
}

void check_type(const Section& section, const Rule& rule) {
  const bool is_stateset = rule.family->type == MetricType::stateset;
  if (is_stateset && rule.states.empty())
    throw section.problem("'states' is missing: metric '" + rule.family->name + "' is a stateset");
  if (!is_stateset) refuse_key(section, "states", "it needs 'type: stateset'");
  if (is_stateset)
    for (const char* const key : {"fold", "scale", "offset"})
      refuse_key(section, key, "the points of a stateset are 0 and 1");
  if (rule.family->type != MetricType::info) return;
  if (section.has("value") && !is_one(rule.value))
    throw section.required("value").problem(
        "an info is always 1: leave 'value' away ('where' with 'present' picks the rows)");
  for (const char* const key : {"absent", "match", "map", "scale", "offset", "unit"})
    refuse_key(section, key, "an info is always 1");
  if (rule.fold != Fold::none && rule.fold != Fold::min && rule.fold != Fold::max)
    throw section.required("fold").problem(
        "'fold' of an info is min or max, since an info is always 1");
}

Mistake not_a_number(const Value& map, const std::string& from, const std::string& to) {
  return map.problem("'map' makes '" + to + "' of '" + from + "', which is not a number");
}

/// Checks the numbers that do not come from a reply.
void check_numbers(const Section& section, const Rule& rule) {
  if (!rule.states.empty()) return;
  for (const auto& [from, to] : rule.map.entries)
    if (!Number::parse(to)) throw not_a_number(section.required("map"), from, to);
  if (rule.map.otherwise && !Number::parse(*rule.map.otherwise))
    throw section.required("else").problem("'else' must be a number, not '" + *rule.map.otherwise +
                                           "'");
  if (!rule.map.empty() || rule.match) return;
  for (const Source& source : rule.value)
    if (source.constant && !Number::parse(*source.constant))
      throw section.required("value").problem(
          "'value' must be a path or a number, not '=" + *source.constant + "'");
}

void read_value(const Section& section, const Scope& scope, const RowDepth& row, Rule& rule) {
  if (const auto value = section.find("value"))
    rule.value = read_values(*value, scope, row);
  else if (rule.family->type != MetricType::info && rule.fold != Fold::count)
    throw section.problem("'value' is missing: where does metric '" + rule.family->name +
                          "' come from?");
  if (const auto absent = section.find("absent")) rule.absent = read_texts(*absent);
  if (const auto match = section.find("match")) rule.match = read_regex(*match);
  if (const auto unit = section.find("unit")) rule.units = read_texts(*unit);
  rule.map = read_mapping(section);
  if (const auto scale = section.find("scale")) rule.scale = read_scale(*scale);
  if (const auto offset = section.number("offset")) rule.offset = *offset;
}

/// Which labels identify a row: those that `key` lists.  Without it: in an info those of the query,
/// since its own labels are properties; else all.  None with other exporters' names, whose labels
/// may be empty.
void choose_key(const Section& section, const Inherited& inherited, Rule& rule) {
  if (rule.family->foreign) return;
  std::vector<std::string> names;
  const auto key = section.find("key");
  if (key)
    names = read_texts(*key);
  else if (rule.family->type == MetricType::info && inherited.labels)
    for (const Value::Entry& entry : inherited.labels->entries()) names.push_back(entry.key.raw());
  const bool all = !key && rule.family->type != MetricType::info;
  for (LabelRule& label : rule.labels)
    label.key =
        label.source.constant != "" && (all || std::ranges::find(names, label.name) != names.end());
  if (!key) return;
  for (const std::string& name : names)
    if (std::ranges::find(rule.labels, name, &LabelRule::name) == rule.labels.end())
      throw key->problem("'key' names '" + name + "', which is no label of metric '" +
                         rule.family->name + "'");
}

void read_selection(const Section& section, const Inherited& inherited, const Scope& scope,
                    RowDepth& row, Rule& rule) {
  const auto each = section.has("each") ? section.find("each") : inherited.each;
  if (each) rule.each = read_each(*each, scope, row);
  rule.where = merged<Condition>(
      inherited.where, section.find("where"),
      [&](const Value& value) { return read_where(value, scope, row); },
      [](const Condition& condition) { return condition.path.text(); });
  rule.labels = merged<LabelRule>(
      inherited.labels, section.find("labels"),
      [&](const Value& value) { return read_labels(value, scope, row); },
      [](const LabelRule& label) { return label.name; });
  choose_key(section, inherited, rule);
  if (const auto prefer = section.find("prefer")) {
    if (rule.family->type != MetricType::info)
      throw prefer->problem("'prefer' has no meaning here: it says which row of an info stays");
    rule.prefer = read_where(*prefer, scope, row);
  }
}

}  // namespace

Rule read_rule(const Value& value, const Inherited& inherited, const Scope& scope,
               Catalogue& catalogue) {
  const Section section(value, kRuleKeys);
  Rule rule{.family = catalogue.declare({.name = section.required("name"),
                                         .type = section.find("type"),
                                         .help = section.find("help"),
                                         .kind = std::string(scope.kind->name),
                                         .foreign = inherited.foreign,
                                         .has_unknown_keys = section.has_unknown_keys()})};
  RowDepth row;
  read_selection(section, inherited, scope, row, rule);
  if (const auto fold = section.find("fold")) rule.fold = read_fold(*fold);
  if (const auto states = section.find("states")) rule.states = read_states(*states);
  read_value(section, scope, row, rule);
  rule.required = section.boolean("required").value_or(false);
  check_type(section, rule);
  check_numbers(section, rule);
  const auto labelled_state = std::ranges::find(rule.labels, "state", &LabelRule::name);
  if (!rule.states.empty() && labelled_state != rule.labels.end())
    throw section.problem("label 'state' of metric '" + rule.family->name +
                          "' clashes with the one that every stateset has; choose another name");
  return rule;
}

}  // namespace boxmeter
