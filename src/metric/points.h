#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "metric/extract.h"

// extract()'s last step: points become series.  Pure; nothing here throws.
namespace boxmeter {

/// Bytes of all labels of a query together.
inline constexpr std::size_t kMostLabelBytes = 4U << 20;

/// Takes the points of all rules of a query, one rule after the other; drops and counts what is
/// equal to an earlier one or above the limit.
class Points {
 public:
  explicit Points(std::size_t limit) : limit_(limit) {}

  void start(const Rule& rule);
  /// `values` of the rule's labels, in its order; the empty ones are left out.
  void add(const std::vector<std::string>& values, const Number& value);
  /// One point per state of the rule, 1 for `active`, which may be none of them (nullptr).
  void add_states(const std::vector<std::string>& values, const State* active);
  /// The first of a rule is kept: 2,000 rows of the same complaint help nobody.
  void complain(const std::string& why);
  void drop(const std::string& reason, std::size_t count) { made_.dropped[reason] += count; }

  /// A value of a label was too long, and shows only its start.
  void count_cut() { ++made_.cut; }

  std::size_t limit() const { return limit_; }
  Extraction finish() &&;

 private:
  /// Whether `count` points with these labels may be added.
  bool admit(const std::vector<std::string>& values, std::size_t count);
  bool has_room(const std::vector<std::string>& values, std::size_t count);
  void refuse_second(const Rule& first, std::size_t count);

  std::size_t limit_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;  // of all labels
  bool is_cut_off_ = false;
  const Rule* rule_ = nullptr;
  bool complained_ = false;
  std::vector<std::size_t> by_name_;  // the rule's labels in the order of their names
  // Two rules may speak of one metric, so that equality is over the whole query.
  std::unordered_map<std::string_view, std::unordered_map<std::string, const Rule*>>
      seen_;  // by metric
  Extraction made_;
};

}  // namespace boxmeter
