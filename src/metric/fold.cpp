#include "metric/fold.h"

#include <algorithm>
#include <cmath>

namespace boxmeter {
namespace {

Number mean_of(const Folding::Group& group) {
  return Number(group.total.value() / static_cast<double>(group.members));
}

bool makes_zeros(Fold fold) { return fold == Fold::count || fold == Fold::sum; }

std::vector<std::string> named_in(const Mapping& map) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  for (const auto& [from, to] : map.entries) add(to);
  if (map.otherwise) add(*map.otherwise);
  return names;
}

}  // namespace

void Sum::add(double value) {
  const double before = sum_;
  sum_ += value;
  lost_ += std::abs(before) >= std::abs(value) ? (before - sum_) + value : (value - sum_) + before;
}

Folding::Folding(const Rule& rule, std::size_t limit) : rule_(rule), limit_(limit) {
  for (const LabelRule& label : rule.labels) {
    mapped_.push_back(label.source.constant ? std::vector<std::string>{} : named_in(label.map));
    any_mapped_ |= !mapped_.back().empty();
  }
}

Folding::Group& Folding::group(const std::vector<std::string>& labels) {
  std::string key;
  for (const std::string& label : labels) key.append(label) += '\xFF';
  const auto [entry, is_new] = index_.emplace(std::move(key), groups_.size());
  if (is_new) groups_.push_back({.labels = labels});
  return groups_[entry->second];
}

void Folding::expect(std::vector<std::string> labels) {
  if (!makes_zeros(rule_.fold)) return;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (!mapped_[i].empty()) labels[i].clear();
  if (!expected_.insert(labels).second) return;
  expand(labels, 0);
}

void Folding::expand(std::vector<std::string>& labels, std::size_t from) {
  while (from < mapped_.size() && mapped_[from].empty()) ++from;
  if (from == mapped_.size()) {
    if (groups_.size() <= limit_) group(labels);
    return;
  }
  for (const std::string& name : mapped_[from]) {
    if (groups_.size() > limit_) return;
    labels[from] = name;
    expand(labels, from + 1);
  }
}

void Folding::add(const std::vector<std::string>& labels, const std::vector<Number>& values) {
  if (any_mapped_) expect(labels);
  Group& into = group(labels);
  if (rule_.fold == Fold::count) {
    into.members += rule_.value.empty() ? 1 : values.size();
    into.value = Number(into.members);
    return;
  }
  into.has_rows_without_value |= values.empty();
  for (const Number& value : values) {
    const bool better = into.members++ == 0 || (rule_.fold == Fold::min && value < into.value) ||
                        (rule_.fold == Fold::max && into.value < value);
    into.total.add(value.to_double());
    if (rule_.fold == Fold::sum)
      into.value = into.value + value;
    else if (better)
      into.value = value;
  }
}

std::vector<std::pair<std::vector<std::string>, Number>> Folding::points() const {
  std::vector<std::pair<std::vector<std::string>, Number>> points;
  for (const Group& group : groups_) {
    // Rows without a value give no sum, unless the map of a label asks for every combination.
    const bool nothing = group.members == 0 && group.has_rows_without_value;
    if (!group.value.is_finite()) continue;
    if (rule_.fold == Fold::count || group.members > 0 ||
        (makes_zeros(rule_.fold) && (any_mapped_ || !nothing)))
      points.emplace_back(group.labels, rule_.fold == Fold::mean ? mean_of(group) : group.value);
  }
  return points;
}

}  // namespace boxmeter
