#include "rules.h"

#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

namespace boxmeter::test {
namespace {

std::string word(const YAML::Node& node) { return node.as<std::string>(); }

std::vector<YAML::Node> list(const YAML::Node& node) {
  if (!node) return {};
  if (!node.IsSequence()) return {node};
  return {node.begin(), node.end()};
}

std::vector<std::string> words(const YAML::Node& node) {
  std::vector<std::string> result;
  for (const YAML::Node& item : list(node)) result.push_back(word(item));
  return result;
}

RegexPtr regex(const YAML::Node& node) {
  return node ? std::make_shared<const RE2>(word(node)) : nullptr;
}

Source source(const YAML::Node& node) {
  if (node.IsMap() && node["sum"]) {
    Source result;
    for (const YAML::Node& addend : node["sum"]) {
      result.sum.push_back(source(addend));
      result.sum.back().match = addend.IsMap() ? regex(addend["match"]) : nullptr;
    }
    result.path = result.sum.front().path;
    return result;
  }
  if (node.IsMap()) {
    Source result = source(node["path"]);
    if (node["split"]) result.split = word(node["split"]);
    if (node["scale"]) result.scale = node["scale"].as<double>();
    return result;
  }
  const std::string text = word(node);
  if (text.starts_with('=')) return {.constant = text.substr(1)};
  return {.path = Path::parse(text)};
}

std::vector<Source> sources(const YAML::Node& node) {
  std::vector<Source> result;
  for (const YAML::Node& item : list(node)) result.push_back(source(item));
  return result;
}

Mapping mapping(const YAML::Node& node) {
  Mapping map;
  for (const auto& entry : node) {
    if (word(entry.first) == "else")
      map.otherwise = word(entry.second);
    else
      map.entries.emplace_back(word(entry.first), word(entry.second));
  }
  return map;
}

std::vector<LabelRule> labels(const YAML::Node& node) {
  std::vector<LabelRule> result;
  for (const auto& entry : node) {
    LabelRule label{.name = word(entry.first), .source = source(entry.second)};
    if (entry.second.IsMap()) {
      label.match = regex(entry.second["match"]);
      if (entry.second["remove"]) label.remove = word(entry.second["remove"]);
      if (entry.second["lower"]) label.lower = entry.second["lower"].as<bool>();
      label.map = mapping(entry.second["map"]);
      if (entry.second["default"]) label.fallback = word(entry.second["default"]);
    }
    result.push_back(label);
  }
  return result;
}

std::vector<Condition> where(const YAML::Node& node) {
  std::vector<Condition> result;
  for (const auto& entry : node) {
    Condition condition{.path = Path::parse(word(entry.first))};
    if (entry.second.IsMap()) {
      condition.none = words(entry.second["not"]);
      if (entry.second["same_as"]) condition.same = Path::parse(word(entry.second["same_as"]));
      if (entry.second["within"])
        condition.within = std::chrono::seconds(entry.second["within"].as<int>());
      if (entry.second["present"]) condition.present = entry.second["present"].as<bool>();
    } else {
      condition.any = words(entry.second);
    }
    result.push_back(condition);
  }
  return result;
}

std::vector<State> states(const YAML::Node& node) {
  std::vector<State> result;
  if (node.IsSequence())
    for (const YAML::Node& item : node)
      result.push_back({.name = word(item), .texts = {word(item)}});
  else
    for (const auto& entry : node) {
      State state{.name = word(entry.first), .texts = words(entry.second)};
      state.otherwise = state.texts == std::vector<std::string>{"else"};
      if (state.otherwise) state.texts.clear();
      result.push_back(state);
    }
  return result;
}

MetricType type_of(const YAML::Node& metric) {
  const std::string type = metric["type"] ? word(metric["type"]) : "";
  if (type == "counter") return MetricType::counter;
  if (type == "info") return MetricType::info;
  return metric["states"] ? MetricType::stateset : MetricType::gauge;
}

Fold fold_of(const YAML::Node& node) {
  if (!node) return Fold::none;
  const std::string fold = word(node);
  if (fold == "count") return Fold::count;
  if (fold == "sum") return Fold::sum;
  if (fold == "mean") return Fold::mean;
  return fold == "min" ? Fold::min : Fold::max;
}

/// `outer` is the query, whose `each`, `where` and `labels` are inherited.
Rule rule(const YAML::Node& metric, const YAML::Node& outer) {
  Rule result;
  result.family =
      std::make_shared<const Family>(Family{.name = word(metric["name"]), .type = type_of(metric)});
  result.each = sources(metric["each"] ? metric["each"] : outer["each"]);
  for (const YAML::Node& node : {outer, metric}) {
    for (Condition& condition : where(node["where"])) result.where.push_back(condition);
    for (LabelRule& label : labels(node["labels"])) result.labels.push_back(label);
  }
  result.prefer = where(metric["prefer"]);
  for (const std::string& key : words(metric["key"]))
    for (LabelRule& label : result.labels) label.key |= label.name == key;
  result.value = sources(metric["value"]);
  result.absent = words(metric["absent"]);
  result.match = regex(metric["match"]);
  result.units = words(metric["unit"]);
  result.map = mapping(metric["map"]);
  if (metric["scale"]) result.scale = metric["scale"].as<double>();
  if (metric["offset"]) result.offset = metric["offset"].as<double>();
  result.fold = fold_of(metric["fold"]);
  if (metric["states"]) result.states = states(metric["states"]);
  result.required = metric["required"] && metric["required"].as<bool>();
  return result;
}

}  // namespace

Query query(const std::string& yaml) {
  const YAML::Node node = YAML::Load(yaml);
  Query result;
  if (!node.IsMap() || !node["metrics"]) {
    for (const YAML::Node& metric : list(node))
      result.rules.push_back(rule(metric, YAML::Node(YAML::NodeType::Map)));
    return result;
  }
  // The request itself is not needed, only the names of its parts.
  for (const YAML::Node& part : list(node["parts"])) result.parts.push_back({.name = word(part)});
  if (result.parts.empty()) result.parts.push_back({});
  if (node["for_each"]) result.loop = Loop{.variable = word(node["for_each"])};
  for (const YAML::Node& metric : node["metrics"]) result.rules.push_back(rule(metric, node));
  return result;
}

std::string text(const Extraction& extraction) {
  std::string result;
  for (const Series& series : extraction.series)
    for (const Point& point : series.points) {
      std::string labels;
      for (const auto& [name, value] : point.labels)
        labels += (labels.empty() ? "" : ",") + name + "=\"" + value + "\"";
      result += series.family->name + (labels.empty() ? "" : "{" + labels + "}") + " " +
                point.value.text() + "\n";
    }
  for (const Failure& problem : extraction.problems)
    result += "! " + std::string(name(problem.kind)) + ": " + problem.message + "\n";
  for (const auto& [reason, count] : extraction.dropped)
    result += "- " + reason + " " + std::to_string(count) + "\n";
  return result;
}

}  // namespace boxmeter::test
