#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "metric/extract.h"

// The last step of extract(): points become series.  Pure; nothing here throws.
namespace boxmeter {

/// Bytes of all labels of a query together.
inline constexpr std::size_t kMostLabelBytes = 4U << 20;

/// Takes the points of all rules of a query, one rule after the other; drops and counts what is
/// equal to an earlier one or above the limit.
class Points {
 public:
  explicit Points(std::size_t limit) : limit_(limit) {}

  /// What is added from now on is of this rule.
  void start(const Rule& rule);
  /// `values` of the rule's labels, in its order; the empty ones are left out.
  void add(const std::vector<std::string>& values, const Number& value);
  /// One point per state of the rule, 1 for `active`, which may be none of them (nullptr).
  void add_states(const std::vector<std::string>& values, const State* active);
  /// Adds a problem, but only the first of each rule: 2,000 rows may have the same one.
  void add_problem(const std::string& why);
  void drop(const std::string& reason, std::size_t count) { result_.dropped[reason] += count; }

  /// Counts a label value that was cut.
  void count_cut() { ++result_.cut; }

  std::size_t limit() const { return limit_; }
  Extraction finish() &&;

 private:
  /// Whether `count` points with these labels may be added.
  bool admit(const std::vector<std::string>& values, std::size_t count);
  bool has_room(const std::vector<std::string>& values, std::size_t count);
  void refuse_duplicate(const Rule& first, std::size_t count);

  std::size_t limit_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;  // of all labels
  bool is_cut_off_ = false;
  const Rule* rule_ = nullptr;
  bool has_problem_ = false;
  std::vector<std::size_t> by_name_;  // the rule's labels in the order of their names
  // Of the whole query, since two rules may give points of the same metric.
  std::unordered_map<std::string_view, std::unordered_map<std::string, const Rule*>>
      seen_;  // by metric
  Extraction result_;
};

}  // namespace boxmeter
