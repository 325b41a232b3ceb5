#include "metric/rows.h"

#include <algorithm>

#include "metric/chain.h"

namespace boxmeter {
namespace {

using nlohmann::json;

/// In a rule that reads only the row itself, and names nothing inside it, `*` means every member of
/// an object.
SingleElement single_element_for(const Rule& rule) {
  bool itself = false, inside = false;
  const auto look = [&](const Path& path) {
    itself |= path.is_row();
    inside |= path.variable().empty() && !path.head().empty();
  };
  for (const Source& source : rule.value)
    if (!source.constant) look(source.path);
  for (const LabelRule& label : rule.labels)
    if (!label.source.constant) look(label.source.path);
  for (const Condition& condition : rule.where) look(condition.path);
  return itself && !inside ? SingleElement::never : SingleElement::allowed;
}

bool same_each(const Rule& a, const Rule& b) {
  return std::equal(a.each.begin(), a.each.end(), b.each.begin(), b.each.end(),
                    [](const Source& x, const Source& y) {
                      return x.split == y.split && x.path.text() == y.path.text();
                    }) &&
         single_element_for(a) == single_element_for(b);
}

bool equals(const Path& path, const Row& row, std::string_view text) {
  bool equal = false;
  read(path, row, /*all=*/false, [&](const json& other) {
    std::string scratch;
    equal = !other.is_structured() && same_text(text, text_of(other, scratch));
  });
  return equal;
}

bool is_recent(std::string_view text, WallClock::time_point now, std::chrono::milliseconds within) {
  const auto time = Number::parse(text);
  const std::chrono::duration<double> since_1970 = now.time_since_epoch() - within;
  return time && time->to_double() > since_1970.count();
}

}  // namespace

Rows::Rows(const Query& query, const json& reply) {
  const JsonNode root(reply);
  if (!query.loop) {
    iterations_.push_back(root);
  } else if (reply.is_array()) {
    for (std::size_t i = 0; i < reply.size(); ++i) iterations_.push_back(root.element(i));
  }
}

const std::vector<Row>& Rows::of(const Rule& rule) {
  if (of_ != nullptr && same_each(*of_, rule)) return rows_;
  of_ = &rule;
  rows_.clear();
  pieces_.clear();
  const SingleElement single = single_element_for(rule);
  for (const JsonNode& iteration : iterations_) {
    if (rule.each.empty()) rows_.push_back({iteration, &iteration});
    for (const Source& each : rule.each) add(each, single, iteration);
  }
  if (rows_.size() > kMostRows) rows_.resize(kMostRows, rows_.front());
  return rows_;
}

void Rows::add(const Source& each, SingleElement single, const JsonNode& iteration) {
  for (JsonNode& node : each.path.find(iteration, &iteration, single)) {
    if (rows_.size() > kMostRows) return;
    if (each.split.empty()) {
      rows_.push_back({std::move(node), &iteration});
      continue;
    }
    if (is_empty_value(node.value())) continue;
    const json& pieces = pieces_.emplace_back(pieces_of(node.value(), each.split));
    for (std::size_t i = 0; i < pieces.size(); ++i)
      rows_.push_back({node.synthetic_child(pieces[i], i), &iteration});
  }
}

bool passes(const Condition& condition, const Row& row, WallClock::time_point now) {
  bool present = false, wanted = false, unwanted = false, same = false, recent = false;
  read(condition.path, row, /*all=*/true, [&](const json& value) {
    present |= !is_empty_value(value);
    if (value.is_structured()) return;
    std::string scratch;
    const std::string_view text = text_of(value, scratch);
    wanted |= among(text, condition.any);
    unwanted |= among(text, condition.none);
    same |= condition.same && equals(*condition.same, row, text);
    recent |= condition.within && is_recent(text, now, *condition.within);
  });
  if (condition.present && *condition.present != present) return false;
  if ((condition.same && !same) || (condition.within && !recent)) return false;
  return (condition.any.empty() || wanted) && !unwanted;
}

bool passes(const std::vector<Condition>& where, const Row& row, WallClock::time_point now) {
  return std::all_of(where.begin(), where.end(),
                     [&](const Condition& condition) { return passes(condition, row, now); });
}

}  // namespace boxmeter
