#include "metric/extract.h"

#include <algorithm>

#include "base/text.h"
#include "metric/chain.h"
#include "metric/fold.h"
#include "metric/points.h"
#include "metric/rows.h"

namespace boxmeter {
namespace {

using nlohmann::json;
using RowPtrs = std::vector<const Row*>;

constexpr std::size_t kMostTitles = 8;
constexpr std::size_t kLongestTitle = 40;

/// Whether the value of the label comes from the box: a constant does not.
bool from_box(const LabelRule& label) { return !label.source.constant; }

/// Whether the caller wants the extraction to stop.  Once it did, it is not asked again.
class StopCheck {
 public:
  explicit StopCheck(const std::function<bool()>& stopped) : stopped_(stopped) {}

  bool now() { return stops_ = stops_ || (stopped_ && stopped_()); }
  /// The same for each of many rows; asks once in kRowsBetweenStops.
  bool at_row() { return ++rows_ % kRowsBetweenStops == 0 ? now() : stops_; }

 private:
  const std::function<bool()>& stopped_;
  std::size_t rows_ = 0;
  bool stops_ = false;
};

/// Reads one rule out of a reply.
class RuleReading {
 public:
  RuleReading(const Query& query, const Rule& rule, Rows& rows, WallClock::time_point now,
              int& choice, Points& points, StopCheck& stopping)
      : query_(query),
        rule_(rule),
        all_rows_(rows),
        now_(now),
        choice_(choice),
        points_(points),
        stopping_(stopping) {
    const std::vector<Row>& all = rows.of(rule);
    for (const Row& row : all) {
      if (stopping_.at_row()) return;
      if (passes(rule.where, row, now)) rows_.push_back(&row);
    }
    if (rows.is_cut_off())
      points.add_problem("more than " + std::to_string(kMostRows) +
                         " rows; the others are left out");
    if (rows_.empty() && rule.required) explain_no_match(all);
    if (!rule.prefer.empty())
      std::stable_partition(rows_.begin(), rows_.end(),
                            [&](const Row* row) { return passes(rule.prefer, *row, now); });
  }

  void run() {
    if (rule_.family->type == MetricType::info) return read_info();
    choose();
    if (rule_.family->type == MetricType::stateset) return read_states();
    if (rule_.fold != Fold::none) return read_folded();
    for (const Row* row : rows_) {
      if (stopping_.at_row()) return;
      read_numbers(*row, /*all=*/false);
      if (values_.empty())
        note_missing(*row);
      else if (const auto labels = labels_in(*row))
        points_.add(*labels, values_.front());
    }
  }

 private:
  /// How many sources there are to choose from: those before the first constant, which is the
  /// default of a row.
  std::size_t competitors() const {
    const auto constant = std::find_if(rule_.value.begin(), rule_.value.end(),
                                       [](const Source& source) { return source.constant; });
    return static_cast<std::size_t>(constant - rule_.value.begin());
  }

  /// No row passes `where`: lists the texts that the rows have instead, so that the user can
  /// correct the condition.
  void explain_no_match(const std::vector<Row>& all) {
    for (const Condition& condition : rule_.where) {
      if (condition.any.empty()) continue;
      std::vector<std::string> found;
      for (const Row& row : all)
        read(condition.path, row, /*all=*/false, [&](const json& value) {
          if (found.size() < kMostTitles && !value.is_structured() && !is_empty_value(value))
            found.push_back("'" + shortened(repair_utf8(text_of(value)), kLongestTitle) + "'");
        });
      if (!found.empty())
        points_.add_problem("no row has '" + condition.path.text() + "' '" +
                            joined(condition.any, "' or '") + "' (there are: " + joined(found) +
                            ")");
    }
  }

  bool answers(const Source& source, const Row& row) const {
    bool usable = false;
    read(source, row, rule_.fold != Fold::none, [&](const json& value) {
      std::string scratch, leftover;
      usable |= rule_.family->type == MetricType::stateset
                    ? state_text_of(rule_, value, scratch).has_value()
                    : number_of(rule_, source, value, leftover).has_value();
    });
    return usable;
  }

  /// Chooses the source over all rows, so that the choice does not depend on which row comes first.
  void choose() {
    const int count = static_cast<int>(competitors());
    if (choice_ >= count) choice_ = -1;
    for (int i = 0; choice_ < 0 && i < count; ++i) {
      const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row* candidate) {
        return stopping_.at_row() || answers(rule_.value[static_cast<std::size_t>(i)], *candidate);
      });
      if (stopping_.at_row()) return;
      if (row != rows_.end()) choice_ = i;
    }
    for (int i = 0; i < count; ++i)
      if (choice_ < 0 || choice_ == i)
        sources_.push_back(&rule_.value[static_cast<std::size_t>(i)]);
    if (competitors() < rule_.value.size()) sources_.push_back(&rule_.value[competitors()]);
  }

  void read_numbers(const Row& row, bool all) {
    values_.clear();
    for (const Source* source : sources_) {
      std::string leftover;
      if (!source->sum.empty()) sum_of(source->sum, row, leftover);
      read(*source, row, all, [&](const json& value) {
        if (const auto number = number_of(rule_, *source, value, leftover))
          values_.push_back(*number);
      });
      if (!leftover.empty() && !rule_.family->foreign)
        points_.add_problem("'" + source->path.text() + "': " + leftover);
      if (!values_.empty()) return;
    }
  }

  std::optional<std::vector<std::string>> labels_in(const Row& row) {
    std::string problem;
    auto labels = labels_of(rule_, row, problem);
    if (!labels) {
      points_.add_problem(problem);
      points_.drop("label", 1);
      return {};
    }
    for (std::size_t i = 0; i < labels->size(); ++i) {
      std::string& value = (*labels)[i];
      const bool is_long = value.size() > kLongestLabel;
      if (rule_.labels[i].key && (value.empty() || is_long)) {
        points_.drop("key", 1);
        return {};
      }
      if (!is_long) continue;
      value = shortened(value, kLongestLabel - 3);
      points_.count_cut();
    }
    return labels;
  }

  /// A row has no usable value: silent, unless the rule asked for one or does not fit the reply.
  void note_missing(const Row& row) {
    std::vector<std::string> paths;
    std::string found, misfit;
    for (const Source* source : sources_) {
      const std::string path = "'" + source->path.text() + "'";
      paths.push_back(path);
      read(*source, row, /*all=*/false, [&](const json& value) {
        if (value.is_structured() && !value.empty())
          misfit = path + " is an " + value.type_name() + ", not a value";
        else if (!is_empty_value(value))
          found = path + ": '" + repair_utf8(text_of(value).substr(0, 40)) + "'";
      });
    }
    if (!misfit.empty())
      points_.add_problem(misfit);
    else if (rule_.required)
      points_.add_problem(found.empty() ? "nothing at " + joined(paths)
                                        : "nothing usable at " + found);
  }

  void read_info() {
    const bool all_constant = std::none_of(rule_.labels.begin(), rule_.labels.end(), from_box);
    for (const Row* row : rows_) {
      if (stopping_.at_row()) return;
      const auto labels = labels_in(*row);
      if (!labels) continue;
      bool says_something = all_constant;
      for (std::size_t i = 0; i < labels->size(); ++i)
        says_something |= from_box(rule_.labels[i]) && !(*labels)[i].empty();
      if (says_something) {
        points_.add(*labels, Number(std::uint64_t{1}));
      } else if (rule_.required) {
        std::vector<std::string> paths;
        for (const LabelRule& label : rule_.labels)
          if (from_box(label)) paths.push_back("'" + label.source.path.text() + "'");
        points_.add_problem("nothing at " + joined(paths));
      }
    }
  }

  /// Null if no state lists the text.
  const State* state_for(std::string_view text) const {
    const auto& states = rule_.states;
    auto state = std::find_if(states.begin(), states.end(),
                              [&](const State& s) { return among(text, s.texts); });
    if (state == states.end())
      state =
          std::find_if(states.begin(), states.end(), [](const State& s) { return s.otherwise; });
    return state == states.end() ? nullptr : &*state;
  }

  void read_states() {
    for (const Row* row : rows_) {
      if (stopping_.at_row()) return;
      std::optional<std::string> text;
      for (const Source* source : sources_) {
        read(*source, *row, /*all=*/false, [&](const json& value) {
          std::string scratch;
          if (const auto found = state_text_of(rule_, value, scratch)) text = *found;
        });
        if (text) break;
      }
      if (!text) {
        note_missing(*row);
        continue;
      }
      const auto labels = labels_in(*row);
      if (!labels) continue;
      const State* const state = state_for(*text);
      if (state == nullptr) points_.drop("state", 1);
      points_.add_states(*labels, state);
    }
  }

  void read_folded() {
    Folding folding(rule_, points_.limit());
    for (const JsonNode& iteration : all_rows_.iterations())
      if (auto labels = labels_without_rows(iteration)) folding.expect(std::move(*labels));
    for (const Row* row : rows_) {
      if (stopping_.at_row()) return;  // a part of a sum is no value
      read_numbers(*row, /*all=*/true);
      if (values_.empty() && !rule_.value.empty()) note_missing(*row);
      const auto labels = labels_in(*row);
      if (labels) folding.add(*labels, values_);
    }
    for (const auto& [labels, value] : folding.points()) points_.add(labels, value);
  }

  /// The labels that an iteration has for certain, however few rows: constants and `$name`.  None
  /// when other labels depend on the row, or when the box did not answer what the rows come from.
  std::optional<std::vector<std::string>> labels_without_rows(const JsonNode& iteration) {
    const Row row{iteration, &iteration};
    for (const Condition& condition : rule_.where)
      if (!condition.path.variable().empty() && !passes(condition, row, now_)) return {};
    for (const Source& each : rule_.each)
      if (!answered(each.path.head(), iteration)) return {};
    std::vector<std::string> labels(rule_.labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const LabelRule& label = rule_.labels[i];
      if (from_box(label) && !label.map.empty()) continue;
      if (from_box(label) && label.source.path.variable().empty()) return {};
      std::string problem;
      labels[i] = label_of(label, row, problem);
      if (labels[i].empty() && from_box(label)) return {};
    }
    return labels;
  }

  bool answered(const std::string& name, const JsonNode& iteration) const {
    const bool is_part = std::any_of(
        query_.parts.begin(), query_.parts.end(),
        [&](const Part& part) { return (part.name.empty() ? "reply" : part.name) == name; });
    const bool has_parts =
        query_.loop || std::any_of(query_.parts.begin(), query_.parts.end(),
                                   [](const Part& p) { return !p.name.empty(); });
    return !is_part || !has_parts || iteration.value().contains(name);
  }

  const Query& query_;
  const Rule& rule_;
  const Rows& all_rows_;
  const WallClock::time_point now_;
  RowPtrs rows_;
  int& choice_;
  // To look at: the chosen one, or all as long as none has answered; then the constant.
  std::vector<const Source*> sources_;
  std::vector<Number> values_;  // of one row; a member to reuse its memory
  Points& points_;
  StopCheck& stopping_;
};

}  // namespace

Extraction extract(const Query& query, const Reply& reply, std::size_t series_limit,
                   Choices& choices, WallClock::time_point now,
                   const std::function<bool()>& stopped) {
  choices.resize(query.rules.size(), -1);
  Rows rows(query, reply);
  Points points(series_limit);
  StopCheck stopping(stopped);
  for (std::size_t i = 0; i < query.rules.size(); ++i) {
    if (stopping.now()) break;
    points.start(query.rules[i]);
    RuleReading(query, query.rules[i], rows, now, choices[i], points, stopping).run();
  }
  return std::move(points).finish();
}

}  // namespace boxmeter
