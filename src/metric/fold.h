#pragma once
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "metric/query.h"

// `fold`: makes one point out of the rows with equal labels.  One thread at a time; nothing here
// throws.
namespace boxmeter {

/// A sum of doubles whose rounding errors do not add up (Neumaier's), so that the mean of eleven
/// 0.01 is 0.01 on every machine.
class Sum {
 public:
  void add(double value);
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;  // what rounding took from sum_
};

class Folding {
 public:
  struct Group {
    std::vector<std::string> labels = {};  // as in the rule
    std::uint64_t members = 0;             // values, or rows of a rule without `value`
    bool has_rows_without_value = false;
    Number value = {};
    Sum total = {};
  };

  /// `limit`: with more groups than that expect() adds none, so that the caller sees that there are
  /// too many.  `rule` must outlive it.
  Folding(const Rule& rule, std::size_t limit);

  /// Adds a row with these labels and values; `count` counts the values, or, of a rule without
  /// `value`, the rows.
  void add(const std::vector<std::string>& labels, const std::vector<Number>& values);
  /// For count and sum: adds a group for every combination of the values that the labels' maps
  /// name, so that it is 0 if no row has it; `labels` has the values of the other labels.
  void expect(std::vector<std::string> labels);

  /// The labels and value of each group that has a finite one, in the order in which they appeared.
  std::vector<std::pair<std::vector<std::string>, Number>> points() const;

 private:
  Group& group(const std::vector<std::string>& labels);
  void expand(std::vector<std::string>& labels, std::size_t from);

  const Rule& rule_;
  std::size_t limit_;
  std::vector<std::vector<std::string>> mapped_;  // per label: the values that its map names
  bool any_mapped_ = false;
  std::set<std::vector<std::string>> expected_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace boxmeter
