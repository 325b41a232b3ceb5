#include "metric/points.h"

#include <algorithm>
#include <numeric>

namespace boxmeter {
namespace {

// A byte that UTF-8 does not have ends a word, so that no two lists of words look alike.
constexpr char kEnd = '\xFF';

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
  made_.series.push_back({rule.family, {}});
}

bool Points::admit(const std::vector<std::string>& values, std::size_t count) {
  std::string key;
  for (const std::size_t i : by_name_)
    if (!values[i].empty())
      key.append(rule_->labels[i].name).append(1, kEnd).append(values[i]) += kEnd;
  if (!seen_[rule_->family->name].insert(std::move(key)).second) {
    drop("duplicate", count);
    return false;
  }
  if (count_ + count > limit_) {
    drop("limit", count);
    return false;
  }
  count_ += count;
  return true;
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
