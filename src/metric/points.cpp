#include "metric/points.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.h"

namespace boxmeter {
namespace {

// Ends each text of a key: a byte that UTF-8 does not have, so that two lists of texts never give
// the same key.
constexpr char kTextEnd = '\xFF';

/// Whether the rule says which labels identify a row.
bool has_key(const Rule& rule) {
  return std::any_of(rule.labels.begin(), rule.labels.end(),
                     [](const LabelRule& label) { return label.key; });
}

/// Whether the label is part of a point's identity: of an info with key labels only those are,
/// since the others may change.
bool is_identity(const Rule& rule, const LabelRule& label) {
  return rule.family->type != MetricType::info || !has_key(rule) || label.key;
}

Labels labels_from(const Rule& rule, const std::vector<std::string>& values) {
  Labels labels;
  labels.reserve(values.size() + (rule.states.empty() ? 0 : 1));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!values[i].empty()) labels.emplace_back(rule.labels[i].name, values[i]);
  return labels;
}

}  // namespace

void Points::start(const Rule& rule) {
  rule_ = &rule;
  has_problem_ = false;
  by_name_.resize(rule.labels.size());
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  std::sort(by_name_.begin(), by_name_.end(), [&](std::size_t a, std::size_t b) {
    return rule.labels[a].name < rule.labels[b].name;
  });
  result_.series.push_back({rule.family, {}, {}});
  for (const LabelRule& label : rule.labels)
    if (rule.family->type == MetricType::info && has_key(rule) && is_identity(rule, label))
      result_.series.back().key.push_back(label.name);
}

bool Points::admit(const std::vector<std::string>& values, std::size_t count) {
  std::string key;
  for (const std::size_t i : by_name_)
    if (!values[i].empty() && is_identity(*rule_, rule_->labels[i]))
      key.append(rule_->labels[i].name).append(1, kTextEnd).append(values[i]) += kTextEnd;
  const auto [first, is_new] = seen_[rule_->family->name].emplace(std::move(key), rule_);
  if (!is_new) {
    refuse_duplicate(*first->second, count);
    return false;
  }
  return has_room(values, count);
}

/// A point with the labels of `first`'s is there already.  In an info with `prefer` or `fold` that
/// is intended, and not counted.
void Points::refuse_duplicate(const Rule& first, std::size_t count) {
  const bool is_info = rule_->family->type == MetricType::info;
  if (is_info && (!rule_->prefer.empty() || rule_->fold != Fold::none)) return;
  drop("duplicate", count);
  if (is_info || &first != rule_ || rule_->family->foreign) return;
  std::vector<std::string> names;
  for (const LabelRule& label : rule_->labels)
    if (!label.source.constant) names.push_back("'" + label.name + "'");
  add_problem(names.empty()
                  ? "several rows of the reply fit; the first is shown"
                  : "several rows have the same " + joined(names) + "; the first is shown");
}

bool Points::has_room(const std::vector<std::string>& values, std::size_t count) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    bytes += rule_->labels[i].name.size() + values[i].size();
  const bool fits = count_ + count <= limit_ && bytes_ + bytes * count <= kMostLabelBytes;
  if (fits) {
    count_ += count;
    bytes_ += bytes * count;
    return true;
  }
  drop("limit", count);
  if (!std::exchange(is_cut_off_, true))
    result_.problems.push_back(
        {ErrorKind::too_large, count_ + count > limit_
                                   ? "more than " + std::to_string(limit_) +
                                         " series (poll.series_limit); see metric '" +
                                         rule_->family->name + "'"
                                   : "labels of more than " + std::to_string(kMostLabelBytes) +
                                         " bytes; see metric '" + rule_->family->name + "'"});
  return false;
}

void Points::add(const std::vector<std::string>& values, const Number& value) {
  if (admit(values, 1))
    result_.series.back().points.push_back({labels_from(*rule_, values), value});
}

void Points::add_states(const std::vector<std::string>& values, const State* active) {
  if (!admit(values, rule_->states.size())) return;
  for (const State& state : rule_->states) {
    Labels labels = labels_from(*rule_, values);
    labels.emplace_back("state", state.name);
    result_.series.back().points.push_back(
        {std::move(labels), Number(std::uint64_t{&state == active})});
  }
}

void Points::add_problem(const std::string& why) {
  if (!has_problem_)
    result_.problems.push_back(
        {ErrorKind::mapping, "metric '" + rule_->family->name + "': " + why});
  has_problem_ = true;
}

Extraction Points::finish() && {
  std::erase_if(result_.series, [](const Series& series) { return series.points.empty(); });
  return std::move(result_);
}

}  // namespace boxmeter
