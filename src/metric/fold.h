#pragma once
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "metric/query.h"

// `fold`: one point of rows with equal labels.  Pure; nothing here throws.
namespace boxmeter {

class Folding {
 public:
  struct Group {
    std::vector<std::string> labels = {};  // as in the rule
    std::uint64_t members = 0;             // that had a value
    bool has_rows_without_value = false;
    Number value = {};
    long double total = 0;  // long double, so that the mean of eleven 0.01 prints as 0.01
  };

  /// `limit`: most combinations that expect() adds.
  Folding(const Rule& rule, std::size_t limit);

  /// Adds a row with these labels and values; `count` needs no value.
  void add(const std::vector<std::string>& labels, const std::vector<Number>& values);
  /// For count and sum: adds a group for every combination of the values that the labels' maps
  /// name, so that it is 0 if no row has it; `labels` has the values of the other labels.
  void expect(std::vector<std::string> labels);

  /// The labels and value of each group, in the order in which the groups appeared.
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
