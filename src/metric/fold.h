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
    bool valueless = false;                // there was a row without a value
    Number value = {};
    long double total = 0;  // for a mean: of eleven times 0.01 it is 0.01
  };

  /// `limit` bounds the combinations that are made up.
  Folding(const Rule& rule, std::size_t limit);

  /// A row of these labels, with its values (`count` may do without any).
  void add(const std::vector<std::string>& labels, const std::vector<Number>& values);
  /// For count and sum, a group for every combination of the values that the labels' maps name;
  /// `labels` says the others.
  void expect(std::vector<std::string> labels);

  /// In the order of first sight.
  std::vector<std::pair<std::vector<std::string>, Number>> points() const;

 private:
  Group& group(const std::vector<std::string>& labels);
  void expand(std::vector<std::string>& labels, std::size_t from);

  const Rule& rule_;
  std::size_t limit_;
  std::vector<std::vector<std::string>> mapped_;  // per label what its map names; else empty
  bool any_mapped_ = false;
  std::set<std::vector<std::string>> expected_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace boxmeter
