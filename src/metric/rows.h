#pragma once
#include <deque>
#include <vector>

#include "metric/query.h"

// The first step of extract(): which rows of a reply a rule is about.  Pure; nothing here throws.
namespace boxmeter {

/// Most rows of one rule, to bound memory: far more than poll.series_limit, since several rows may
/// become one series.
inline constexpr std::size_t kMostRows = 50'000;

/// A row of a rule, and the iteration at which `$name` starts.  A view of the reply and of the Rows
/// that made it.
struct Row {
  JsonNode node;
  const JsonNode* iteration;
};

/// The rows of one reply, rule by rule.
class Rows {
 public:
  Rows(const Query& query, const nlohmann::json& reply);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  /// All rows of `each`; valid until the next call.  The rules of a query mostly share their
  /// `each`, and then their rows too.
  const std::vector<Row>& of(const Rule& rule);

  /// The reply has more rows of that rule than kMostRows: they are left out.
  bool is_cut_off() const { return rows_.size() >= kMostRows; }

  const std::vector<JsonNode>& iterations() const { return iterations_; }

 private:
  void add(const Source& each, SingleElement single, const JsonNode& iteration);

  std::vector<JsonNode> iterations_;
  std::deque<nlohmann::json> pieces_;  // of split strings; rows point into them
  const Rule* of_ = nullptr;           // whose rows these are
  std::vector<Row> rows_;
};

/// Whether the row is kept; `now` is what `within` counts from.
bool passes(const Condition& condition, const Row& row, WallClock::time_point now);
bool passes(const std::vector<Condition>& where, const Row& row, WallClock::time_point now);

}  // namespace boxmeter
