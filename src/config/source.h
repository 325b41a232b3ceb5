#pragma once
#include <optional>
#include <vector>

#include "config/scope.h"
#include "metric/query.h"

// The paths, labels and conditions of a rule.  All throw Error{config} with the place.
namespace boxmeter {

/// `each`: a path, or a list of them.  Sets `row` to the depth that they lead to.
std::vector<Source> read_each(const Value& value, const Scope& scope, RowDepth& row);

/// `value`: a path, `=text`, {path, scale, split}, or a list of these.
std::vector<Source> read_values(const Value& value, const Scope& scope, const RowDepth& row);

/// `where`: one condition per key.
std::vector<Condition> read_where(const Value& value, const Scope& scope, const RowDepth& row);

/// `labels`: a path, `=text`, or {path, match, map, else} per name.
std::vector<LabelRule> read_labels(const Value& value, const Scope& scope, const RowDepth& row);

double read_scale(const Value& value);

/// `match`: a regular expression with one group.
RegexPtr read_regex(const Value& value);

/// `map` and `else` of `section`.
Mapping read_mapping(const Section& section);

/// One text or a list of them.
std::vector<std::string> read_texts(const Value& value);

/// Throws a Mistake for a label name that is not legal, or that Prometheus or boxmeter itself sets.
void check_label_name(const Value& key);

}  // namespace boxmeter
