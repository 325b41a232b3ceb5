#include "metric/points.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.h"

namespace boxmeter {
namespace {

// A byte that UTF-8 does not have ends a word, so that no two lists of words look alike.
constexpr char kEnd = '\xFF';

/// Of an info row only what names the thing, where the rule says what does: the rest may change,
/// and there is one row of each.
bool has_key(const Rule& rule) {
  return std::any_of(rule.labels.begin(), rule.labels.end(),
                     [](const LabelRule& label) { return label.key; });
}

bool tells_apart(const Rule& rule, const LabelRule& label) {
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
  complained_ = false;
  by_name_.resize(rule.labels.size());
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  std::sort(by_name_.begin(), by_name_.end(), [&](std::size_t a, std::size_t b) {
    return rule.labels[a].name < rule.labels[b].name;
  });
  made_.series.push_back({rule.family, {}, {}});
  for (const LabelRule& label : rule.labels)
    if (rule.family->type == MetricType::info && has_key(rule) && tells_apart(rule, label))
      made_.series.back().key.push_back(label.name);
}

bool Points::admit(const std::vector<std::string>& values, std::size_t count) {
  std::string key;
  for (const std::size_t i : by_name_)
    if (!values[i].empty() && tells_apart(*rule_, rule_->labels[i]))
      key.append(rule_->labels[i].name).append(1, kEnd).append(values[i]) += kEnd;
  const auto [first, is_new] = seen_[rule_->family->name].emplace(std::move(key), rule_);
  if (!is_new) {
    refuse_second(*first->second, count);
    return false;
  }
  return has_room(values, count);
}

/// An info row has a successor by intention where the rule says which of them it prefers, or folds
/// them.
void Points::refuse_second(const Rule& first, std::size_t count) {
  const bool is_info = rule_->family->type == MetricType::info;
  if (is_info && (!rule_->prefer.empty() || rule_->fold != Fold::none)) return;
  drop("duplicate", count);
  if (is_info || &first != rule_ || rule_->family->foreign) return;
  std::vector<std::string> names;
  for (const LabelRule& label : rule_->labels)
    if (!label.source.constant) names.push_back("'" + label.name + "'");
  complain(names.empty() ? "several rows of the reply fit; the first is shown"
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
    made_.problems.push_back(
        {ErrorKind::too_large, count_ + count > limit_
                                   ? "more than " + std::to_string(limit_) +
                                         " series (poll.series_limit); see metric '" +
                                         rule_->family->name + "'"
                                   : "labels of more than " + std::to_string(kMostLabelBytes) +
                                         " bytes; see metric '" + rule_->family->name + "'"});
  return false;
}

void Points::add(const std::vector<std::string>& values, const Number& value) {
  if (admit(values, 1)) made_.series.back().points.push_back({labels_from(*rule_, values), value});
}

void Points::add_states(const std::vector<std::string>& values, const State* active) {
  if (!admit(values, rule_->states.size())) return;
  for (const State& state : rule_->states) {
    Labels labels = labels_from(*rule_, values);
    labels.emplace_back("state", state.name);
    made_.series.back().points.push_back(
        {std::move(labels), Number(std::uint64_t{&state == active})});
  }
}

void Points::complain(const std::string& why) {
  if (!complained_)
    made_.problems.push_back({ErrorKind::mapping, "metric '" + rule_->family->name + "': " + why});
  complained_ = true;
}

Extraction Points::finish() && {
  std::erase_if(made_.series, [](const Series& series) { return series.points.empty(); });
  return std::move(made_);
}

}  // namespace boxmeter
